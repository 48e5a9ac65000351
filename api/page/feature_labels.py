"""Readable labels of the features that explain a forecast, in the page's language."""

from functools import cache

from api.page.i18n import Translator


def feature_label(translate: Translator, feature: str) -> str:
    """Label a trait of ``forecasting.user_shares.traits`` or feature of ``forecasting.klstm.attributions``.

    A feature without a label is returned as it is.
    """
    return _labels(translate).get(feature, feature)


@cache
def _labels(translate: Translator) -> dict[str, str]:
    return {
        "took part, or bought its products, in the last four weeks": translate(
            "took part, or bought the campaign's products, in the last four weeks"
        ),
        "took part in any campaign in the last four weeks": translate(
            "took part in any campaign in the last four weeks"
        ),
        "redeemed a coupon in the last four weeks": translate("redeemed a coupon in the last four weeks"),
        "were active on more days of the last four weeks than half of the users": translate(
            "were active on more days of the last four weeks than half of the users"
        ),
        "spent more so far than half of the users": translate("spent more so far than half of the users"),
        "are key users": translate("are key users"),
        "are exposed to a participant of the last week": translate(
            "are exposed to a participant of the last week"
        ),
        "are in a group that took part more often in the last week than that of half of the users": translate(
            "are in a group that took part more often in the last week than that of half of the users"
        ),
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
        "recent views, carts, orders, purchases and reviews": translate(
            "recent views, carts, orders, purchases and reviews"
        ),
        "progress of the campaign": translate("time since the launch and until the end"),
        "users exposed now": translate("current influence on users yet to take part"),
        "activity of key users and groups": translate("activity of key users and groups"),
        "constant": translate("constant correction"),
        "forecasters other than the K-LSTM": translate("forecasters other than the K-LSTM"),
    }
