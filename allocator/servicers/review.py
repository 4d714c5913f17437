"""ReviewService."""

from __future__ import annotations

from typing import Any

from allocator.services.commenting import Commenting
from allocator.services.deciding import Deciding
from allocator.services.deleting_units import DeletingUnits
from allocator.services.fixing import Fixing
from allocator.services.more_reviews import MoreReviews
from allocator.services.review_lists import ReviewLists
from allocator.services.review_settings import ReviewSettingsCalls
from allocator.services.reviewing import Reviewing
from allocator.services.reviewing_again import ReviewingAgain
from allocator.services.rule_checking import RuleChecking
from allocator.wire import checks as wire_checks
from allocator.wire import comments as wire_comments
from allocator.wire import more_reviews as wire_again
from allocator.wire import review as wire
from allocator.wire import review_lists as wire_lists
from allocator.wire import review_settings as wire_settings
from dibs.v1 import checks_pb2, comments_pb2, issues_pb2, review_pb2_grpc
from dibs.v1 import review_lists_pb2 as lists_pb
from dibs.v1 import review_pb2 as pb
from dibs.v1 import review_settings_pb2 as settings_pb
from dibs.v1 import reviewing_again_pb2 as again_pb


class ReviewServicer(review_pb2_grpc.ReviewServiceServicer):
    """Decode, call, encode."""

    def __init__(
        self,
        settings: ReviewSettingsCalls,
        reviewing: Reviewing,
        deciding: Deciding,
        fixing: Fixing,
        again: ReviewingAgain,
        lists: ReviewLists,
        more: MoreReviews,
        checking: RuleChecking,
        deleting: DeletingUnits,
        commenting: Commenting,
    ) -> None:
        self._settings = settings
        self._reviewing = reviewing
        self._deciding = deciding
        self._fixing = fixing
        self._again = again
        self._more = more
        self._checking = checking
        self._deleting = deleting
        self._lists = lists
        self._commenting = commenting

    async def GetReviewSettings(
        self, request: settings_pb.GetReviewSettingsRequest, context: Any
    ) -> settings_pb.GetReviewSettingsResponse:
        ask = wire_settings.get_review_settings(request)
        return wire_settings.review_settings(await self._settings.get(ask))

    async def UpdateReviewSettings(
        self, request: settings_pb.UpdateReviewSettingsRequest, context: Any
    ) -> settings_pb.UpdateReviewSettingsResponse:
        ask = wire_settings.update_review_settings(request)
        return wire_settings.updated_review_settings(await self._settings.update(ask))

    async def ReserveReviews(
        self, request: pb.ReserveReviewsRequest, context: Any
    ) -> pb.ReserveReviewsResponse:
        return wire.reserved_reviews(await self._reviewing.reserve(wire.reserve_reviews(request)))

    async def ListMyReviews(
        self, request: pb.ListMyReviewsRequest, context: Any
    ) -> pb.ListMyReviewsResponse:
        return wire.my_reviews(await self._reviewing.mine(wire.list_my_reviews(request)))

    async def Decide(self, request: pb.DecideRequest, context: Any) -> pb.DecideResponse:
        return wire.decided(await self._deciding.decide(wire.decide(request)))

    async def ReportMissing(
        self, request: pb.ReportMissingRequest, context: Any
    ) -> pb.ReportMissingResponse:
        return wire.reported(await self._deciding.report(wire.report_missing(request)))

    async def MarkFixed(self, request: pb.MarkFixedRequest, context: Any) -> pb.MarkFixedResponse:
        return wire.marked(await self._fixing.mark(wire.mark_fixed(request)))

    async def AddReviews(
        self, request: again_pb.AddReviewsRequest, context: Any
    ) -> again_pb.AddReviewsResponse:
        return wire_again.adding(await self._more.add(wire_again.add_reviews(request)))

    async def Resample(
        self, request: again_pb.ResampleRequest, context: Any
    ) -> again_pb.ResampleResponse:
        return wire_again.resampling(await self._more.resample(wire_again.resample(request)))

    async def DeleteUnits(
        self, request: again_pb.DeleteUnitsRequest, context: Any
    ) -> again_pb.DeleteUnitsResponse:
        ask = wire_again.delete_units(request)
        return wire_again.units_deleted(await self._deleting.delete(ask))

    async def SubmitCheckResult(
        self, request: checks_pb2.SubmitCheckResultRequest, context: Any
    ) -> checks_pb2.SubmitCheckResultResponse:
        ask = wire_checks.submit_check_result(request)
        return wire_checks.checked(await self._checking.submit(ask))

    async def ListCheckResults(
        self, request: checks_pb2.ListCheckResultsRequest, context: Any
    ) -> checks_pb2.ListCheckResultsResponse:
        ask = wire_checks.list_check_results(request)
        return wire_checks.results(await self._checking.page(*ask))

    async def ReturnTask(
        self, request: again_pb.ReturnTaskRequest, context: Any
    ) -> again_pb.ReturnTaskResponse:
        return wire.returned(await self._again.give_back(wire.return_task(request)))

    async def ReportIssues(
        self, request: again_pb.ReportIssuesRequest, context: Any
    ) -> again_pb.ReportIssuesResponse:
        return wire.issues_reported(await self._again.report(wire.report_issues(request)))

    async def GetIssue(
        self, request: issues_pb2.GetIssueRequest, context: Any
    ) -> issues_pb2.GetIssueResponse:
        return wire_lists.got_issue(await self._lists.issue(wire_lists.get_issue(request)))

    async def ListIssues(
        self, request: issues_pb2.ListIssuesRequest, context: Any
    ) -> issues_pb2.ListIssuesResponse:
        return wire_lists.issues(await self._lists.issues(wire_lists.list_issues(request)))

    async def ListReviews(
        self, request: lists_pb.ListReviewsRequest, context: Any
    ) -> lists_pb.ListReviewsResponse:
        return wire_lists.reviews(await self._lists.reviews(wire_lists.list_reviews(request)))

    async def GetReviewUnits(
        self, request: lists_pb.GetReviewUnitsRequest, context: Any
    ) -> lists_pb.GetReviewUnitsResponse:
        return wire_lists.units(await self._lists.units(wire_lists.get_units(request)))

    async def ListUnits(
        self, request: lists_pb.ListUnitsRequest, context: Any
    ) -> lists_pb.ListUnitsResponse:
        return wire_lists.found_units(await self._lists.find(wire_lists.find_units(request)))

    async def AddComment(
        self, request: comments_pb2.AddCommentRequest, context: Any
    ) -> comments_pb2.AddCommentResponse:
        return wire_comments.added(await self._commenting.add(wire_comments.add_comment(request)))

    async def ListComments(
        self, request: comments_pb2.ListCommentsRequest, context: Any
    ) -> comments_pb2.ListCommentsResponse:
        ask = wire_comments.list_comments(request)
        return wire_comments.comments(await self._commenting.page(ask))
