"""The codec reads what Lua's cmsgpack writes, and says what is wrong with anything else."""

import hashlib

import msgpack
import pytest

from store import events
from store.events import EventError, Request, decode, encode

# Written by cmsgpack.pack in Valkey 9: strings are raw, a binary one among them.
FROM_LUA = bytes.fromhex(
    "9701a97375626d6974746564cf0000018bcfe5687bcf0000019ab697e9c80793030cb030306666303066663030"
    "666630306666de0012a5746f6b656ecf001fffffffffffffa5756e69747300a673746174757301a76d65616e69"
    "6e6701a5717565756501a6706572736f6e07a8646561646c696e6500a672657669657786a87265736f6c766564"
    "00a5726f756e6401a7617574686f72739107a76d697373696e6700a4676f6e6590a7726576696577739198cf00"
    "00200000000001cf0000000100000001090192010290909109a7636f6e74656e7400a773616d706c6564a49301"
    "0203a87370656e745f6d73cd05dca6646967657374a0a5737461746505a6726566696c6c90a4736c6f7402a565"
    "6e7472797ba46c61746500a6696e6c696e65a900fffec86279746573"
)


def test_an_event_that_lua_wrote_is_read_in_full():
    event = decode(FROM_LUA, project=4, seq=9, epoch=2, chain=b"\xab" * 20)

    assert (event.project, event.seq, event.epoch, event.chain) == (4, 9, 2, "ab" * 20)
    assert (event.version, event.kind, event.actor) == (1, "submitted", 7)
    assert (event.clock_ms, event.wall_ms) == (1700000000123, 1764000000456)
    assert event.request == Request(3, 12, "00ff00ff00ff00ff")
    assert event.body["token"] == 2**53 - 1
    assert event.body["inline"] == b"\x00\xff\xfe\xc8bytes"
    assert event.body["digest"] == ""
    assert event.body["sampled"] == b"\x93\x01\x02\x03"
    assert event.body["review"]["reviews"][0][:4] == [2**45 + 1, 2**32 + 1, 9, 1]


def test_what_is_encoded_comes_back():
    body = {
        "queue": 1,
        "person": 7,
        "deadline": 3_600_000,
        "tasks": [[70_000, 1, 1, 0]],
        "batch": 1,
        "wide": 0,
    }

    event = decode(encode("granted", body, clock_ms=5, wall_ms=6))

    assert event.body == body
    assert event.request is None


def test_opaque_bytes_survive_the_round_trip():
    every_byte = bytes(range(256))
    body = dict(decode(FROM_LUA).body, inline=every_byte)

    assert decode(encode("submitted", body, clock_ms=0, wall_ms=0)).body["inline"] == every_byte


def a_message(**changes: object) -> bytes:
    parts = {
        "version": 1,
        "kind": "session_opened",
        "clock": 1,
        "wall": 2,
        "actor": 0,
        "request": [],
        "body": {"secret": "0123456789abcdef"},
    }
    return msgpack.packb(list((parts | changes).values()))


@pytest.mark.parametrize(
    ("payload", "sentence"),
    [
        (b"", "not one msgpack value"),
        (b"\xc1", "not one msgpack value"),
        (a_message() + b"\x00", "not one msgpack value"),
        (msgpack.packb({"kind": "granted"}), "array of 7 parts, got dict of 1"),
        (msgpack.packb([1, 2, 3]), "array of 7 parts, got list of 3"),
        (a_message(version=2), "event version 2; this release reads version 1"),
        (a_message(kind="lost"), "unknown kind of event: 'lost'"),
        (a_message(kind=["granted"]), "unknown kind of event"),
        (a_message(clock=-1), "clock_ms is a whole number from 0 on, got -1"),
        (a_message(wall=1.5), "wall_ms is a whole number from 0 on, got 1.5"),
        (a_message(actor=True), "actor is a whole number"),
        (a_message(request=[1, 2]), "request is [] or [session, n, hash]"),
        (a_message(request=[1, "2", "ff"]), "request.n is a whole number"),
        (a_message(body=[1]), "session_opened: the body is a map, got list of 1"),
        (a_message(body={}), "missing fields ['secret'], unknown fields []"),
        (a_message(body={"secret": "", 1: 2}), "missing fields [], unknown fields ['1']"),
    ],
)
def test_anything_else_is_refused_with_a_sentence(payload: bytes, sentence: str):
    with pytest.raises(EventError) as refused:
        decode(payload)

    assert sentence in str(refused.value)


def test_inline_must_be_bytes():
    body = dict(decode(FROM_LUA).body, inline=7)

    with pytest.raises(EventError, match="expected bytes, got int"):
        decode(encode("submitted", body, clock_ms=0, wall_ms=0))


def test_a_lua_table_without_members_is_no_request():
    assert decode(a_message(request={})).request is None


def test_the_chain_depends_on_every_payload_and_on_the_epoch():
    start = events.genesis("acme")
    first = events.chain_of(start, b"one")
    second = events.epoch_chain(first, 2)

    assert start == hashlib.sha1(b"dibs:acme").hexdigest()
    assert first == hashlib.sha1(start.encode() + b"one").hexdigest()
    assert second == hashlib.sha1(first.encode() + b":2").hexdigest()
    assert events.chain_of(start, b"two") != first
