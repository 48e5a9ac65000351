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
        "key user's score": translate("spread as a key user"),
        "exposed to who took part this week": translate(
            "influence from users who took part in the last week"
        ),
        "its group took part this week": translate("participation of the user's group in the last week"),
        "took part before": translate("having taken part in this campaign"),
        "took part before, the longer the campaign runs": translate(
            "having taken part, late in the campaign"
        ),
        "took part this week": translate("days with participation in the last week"),
        "took part in four weeks": translate("days with participation in the last four weeks"),
        "took part ever": translate("days with participation so far"),
        "days since it took part": translate("days since the last participation"),
        "its products in four weeks": translate("days with the campaign's products in the last four weeks"),
        "its products since the launch": translate("days with the campaign's products since the launch"),
        "its products ever": translate("days with the campaign's products so far"),
        "days since its products": translate("days since the last of the campaign's products"),
        "its products, of all active days": translate("share of active days with the campaign's products"),
        "active this week": translate("active days in the last week"),
        "active in four weeks": translate("active days in the last four weeks"),
        "active ever": translate("active days so far"),
        "days since active": translate("days since the last activity"),
        "more active than usual": translate("being more active than usual"),
        "any campaign in four weeks": translate("days with participation in any campaign, last four weeks"),
        "any campaign ever": translate("days with participation in any campaign so far"),
        "days since any campaign": translate("days since the last participation in any campaign"),
        "coupons used in four weeks": translate("days with a redeemed coupon in the last four weeks"),
        "coupons used ever": translate("days with a redeemed coupon so far"),
        "days since a coupon": translate("days since the last redeemed coupon"),
        "coupons used, of all active days": translate("share of active days with a redeemed coupon"),
        "coupons on its products in eight weeks": translate(
            "days with a coupon on the campaign's products in the last eight weeks"
        ),
        "coupons on its products ever": translate("days with a coupon on the campaign's products so far"),
        "spent on its products in eight weeks": translate(
            "spending on the campaign's products in the last eight weeks"
        ),
        "spent on its products ever": translate("spending on the campaign's products so far"),
        "spent ever": translate("total spending so far"),
        "participants lately, against what was expected": translate(
            "recent participants compared with expectation"
        ),
        "traffic lately, against what was expected": translate("recent traffic compared with expectation"),
        "redeemers lately": translate("recent redeemers"),
        "key users among participants lately": translate("key users among recent participants"),
        "exposure and influence level lately": translate("recent reach and influence level"),
        "the calendar": translate("calendar (weekdays and holidays)"),
        "how far the campaign is": translate("time since the launch and until the end"),
        "who is exposed now": translate("users with an active influencer now"),
        "what key users and groups do": translate("activity of key users and groups"),
        "whatever the inputs": translate("constant correction"),
    }
