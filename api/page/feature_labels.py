"""Readable labels of the features that explain a forecast, in the page's language."""

from functools import cache

from api.page.i18n import Translator


def feature_label(translate: Translator, feature: str) -> str:
    """Label a feature of ``forecasting.user_shares`` or ``forecasting.klstm.attributions``.

    A feature without a label is returned as it is.
    """
    return _labels(translate).get(feature, feature)


@cache
def _labels(translate: Translator) -> dict[str, str]:
    return {
        "key user": translate("being a key user"),
        "key user's score": translate("score as a key user"),
        "exposed to participants of this week": translate(
            "influence from users who took part in the last week"
        ),
        "participation of its group this week": translate(
            "participation of the user's group in the last week"
        ),
        "took part before": translate("having taken part in this campaign"),
        "took part before, by age of the campaign": translate(
            "having taken part in this campaign, by the campaign's age"
        ),
        "days with participation this week": translate("days with participation in the last week"),
        "days with participation in four weeks": translate("days with participation in the last four weeks"),
        "days with participation ever": translate("days with participation so far"),
        "days since participation": translate("days since the last participation"),
        "days with its products in four weeks": translate(
            "days with purchases of the campaign's products in the last four weeks"
        ),
        "days with its products since the launch": translate(
            "days with purchases of the campaign's products since the launch"
        ),
        "days with its products ever": translate("days with purchases of the campaign's products so far"),
        "days since its products": translate("days since the last purchase of the campaign's products"),
        "its products, of all active days": translate(
            "share of active days with purchases of the campaign's products"
        ),
        "active days this week": translate("active days in the last week"),
        "active days in four weeks": translate("active days in the last four weeks"),
        "active days ever": translate("active days so far"),
        "days since active": translate("days since the last activity"),
        "more active than usual": translate("being more active than usual"),
        "days with any campaign in four weeks": translate(
            "days with participation in any campaign in the last four weeks"
        ),
        "days with any campaign ever": translate("days with participation in any campaign so far"),
        "days since any campaign": translate("days since the last participation in any campaign"),
        "coupons used in four weeks": translate("days with a redeemed coupon in the last four weeks"),
        "coupons used ever": translate("days with a redeemed coupon so far"),
        "days since a coupon": translate("days since the last redeemed coupon"),
        "coupons used, of all active days": translate("share of active days with a redeemed coupon"),
        "coupons on its products in eight weeks": translate(
            "days with a coupon redeemed on the campaign's products in the last eight weeks"
        ),
        "coupons on its products ever": translate(
            "days with a coupon redeemed on the campaign's products so far"
        ),
        "spent on its products in eight weeks": translate(
            "spending on the campaign's products in the last eight weeks"
        ),
        "spent on its products ever": translate("spending on the campaign's products so far"),
        "spent ever": translate("total spending so far"),
        "recent participants, relative to what was expected": translate(
            "recent participants compared with expectation"
        ),
        "recent traffic, relative to what was expected": translate(
            "recent traffic compared with expectation"
        ),
        "recent redeemers": translate("recent redeemers"),
        "key users among recent participants": translate("key users among recent participants"),
        "recent exposure and influence level": translate(
            "recent influence level and influence on users yet to take part"
        ),
        "calendar": translate("calendar (weekdays and holidays)"),
        "progress of the campaign": translate("time since the launch and until the end"),
        "users exposed now": translate("current influence on users yet to take part"),
        "activity of key users and groups": translate("activity of key users and groups"),
        "constant": translate("constant correction"),
        "forecasters other than the K-LSTM": translate("forecasters other than the K-LSTM"),
    }
