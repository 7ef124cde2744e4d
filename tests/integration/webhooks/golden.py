"""What becomes of each published sample, about a renewal of ours.

Disposition, reason, and how many facts a person is shown.
"""

AS_PUBLISHED = "another merchant"
ENTERED = ("applied", "", 0)


def aside(reason: str, shown: int = 0) -> tuple[str, str, int]:
    """Set aside for a reason; `shown` facts wait for a person."""
    return "set_aside", reason, shown


OF_OUR_PAYMENT: dict[str, tuple[str, str, int]] = {
    "ACH_NOTIFICATION_OF_CHANGE-ach_notification_of_change": aside(
        "event ach.notificationOfChange"
    ),
    "AUTHORISATION-authorisation": ENTERED,
    "AUTHORISATION_ADJUSTMENT-authorisation_adjustment": aside("amounts are never adjusted", 1),
    "AUTORESCUE-autorescue": aside("retries are ours"),
    "CANCELLATION-cancellation": ENTERED,
    "CANCEL_AUTORESCUE-cancel_autorescue": aside("retries are ours"),
    "CANCEL_OR_REFUND-cancel_or_refund": ENTERED,
    "CAPTURE-capture": ENTERED,
    "CAPTURE_FAILED-capture_failed": ENTERED,
    "CHARGEBACK-chargeback": ENTERED,
    "CHARGEBACK_REVERSED-chargeback_reversed": ENTERED,
    "DIRECT_DEBIT_NOTICE_OF_CHANGE_NOTIFICATION-ach_notice_of_change": aside(
        "event ach.notificationOfChange"
    ),
    "DIRECT_DEBIT_NOTICE_OF_CHANGE_NOTIFICATION-eft_notice_of_change": aside(
        "event eft.notificationOfChange"
    ),
    "DISPUTE_DEFENSE_PERIOD_ENDED-dispute_defense_period_ended": ENTERED,
    "EXPIRE-expire": ENTERED,
    "INFORMATION_SUPPLIED-information_supplied": ENTERED,
    "ISSUER_COMMENTS-issuer_comments": ENTERED,
    "ISSUER_RESPONSE_TIMEFRAME_EXPIRED-issuer_response_timeframe_expired": ENTERED,
    "MANUAL_REVIEW_ACCEPT-manual_review_accept": aside("its payment tells"),
    "MANUAL_REVIEW_REJECT-manual_review_reject": aside("its cancellation tells"),
    "NOTIFICATION_OF_CHARGEBACK-notification_of_chargeback": ENTERED,
    "NOTIFICATION_OF_FRAUD-notification_of_fraud": ENTERED,
    "OFFER_CLOSED-offer_closed": aside("the payment page tells"),
    "ORDER_CLOSED-order_closed": aside("its payments tell"),
    "ORDER_OPENED-order_opened": aside("its payments tell"),
    "PAIDOUT_REVERSED-paidout_reversed": aside("nobody is paid out", 1),
    "PAYOUT_DECLINE-payout_decline": aside("nobody is paid out", 1),
    "PAYOUT_EXPIRE-payout_expire": aside("nobody is paid out", 1),
    "PAYOUT_THIRDPARTY-payout_thirdparty": aside("nobody is paid out", 1),
    "POSTPONED_REFUND-postponed_refund": aside("its outcome tells"),
    "PREARBITRATION_LOST-prearbitration_lost": ENTERED,
    "PREARBITRATION_WON-prearbitration_won": ENTERED,
    "RECURRING_CONTRACT-recurring_contract": aside("the token's own event tells"),
    "REFUND-refund": ENTERED,
    "REFUNDED_REVERSED-refunded_reversed": ENTERED,
    "REFUND_FAILED-refund_failed": ENTERED,
    "REFUND_WITH_DATA-refund_with_data": aside("a refund names its payment", 1),
    "REPORT_AVAILABLE-report_available": ENTERED,
    "REQUEST_FOR_INFORMATION-request_for_information": ENTERED,
    "SECOND_CHARGEBACK-second_chargeback": ENTERED,
    "TECHNICAL_CANCEL-technical_cancel": ENTERED,
    "VOID_PENDING_REFUND-void_pending_refund": aside("a refund is never called back", 1),
    "java-lib-authorisation-true": ENTERED,
    "java-lib-cancellation-true": ENTERED,
    "java-lib-capture-false": ENTERED,
    "java-lib-capture-true": ENTERED,
    "java-lib-chargeback": ENTERED,
    "java-lib-offer-closed": aside("the payment page tells"),
    "java-lib-refund-false": ENTERED,
    "java-lib-refund-true": ENTERED,
    "recurring.token.alreadyExisting-recurring-token-alreadyExisting": ENTERED,
    "recurring.token.created-recurring-token-created": ENTERED,
    "recurring.token.disabled-recurring-token-disabled": aside(
        "not the method of the contract, or still stored"
    ),
    "recurring.token.updated-recurring-token-updated": aside("not the method of the contract"),
}
