"""Statuses of orders: which are those of no purchase, and which columns have any.

The words are those of about twenty languages, without accents. A column of another name has statuses, too, if
it has few values and one of them is that of an order taken back.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Literal

from graph.importing.vocabulary.names import simplify

_COLUMNS = {
    "status", "order_status", "financial_status", "payment_status", "transaction_status", "bestellstatus",
    "auftragsstatus", "zahlungsstatus", "statut", "statut_commande", "statut_de_la_commande",
    "statut_paiement", "estado_del_pedido", "estado_pedido", "estado_del_pago", "stato_ordine",
    "stato_pagamento", "bestelstatus", "betaalstatus", "状态", "订单状态", "支付状态", "付款状态",
    "交易状态",
    "situacao", "situacao_do_pedido", "status_do_pedido", "status_zamowienia", "stan_zamowienia", "durum",
    "siparis_durumu", "статус", "статус_заказа", "ステータス", "注文状況", "注文ステータス", "상태",
    "주문상태",
    "주문_상태", "الحالة", "حالة_الطلب", "orderstatus", "stav", "stav_objednavky", "tila", "stare_comanda",
    "rsvp", "rsvp_status", "attendance", "attending", "response", "rsvp_response",
}  # fmt: skip
_AMBIGUOUS_COLUMNS = {"state", "estado", "stato"}
"""Columns of statuses or of places: a value decides."""
_TAKEN_BACK = re.compile(
    r"cancel|\bvoid|refund|\breturn(?!ing|ab)|charge_?back|fail|declin|reject|expired|abandon"
    r"|storn|retour|erstatt|widerruf|fehlgeschlagen|abgelehnt|abgebrochen|zuruckges|zuruckgegeben"
    r"|annul|rembours|echou|echec|refus|devuelt|devoluc|reembols|rechaz|fallid|anulad|caducad"
    r"|geannul|terugbetaald|teruggest|mislukt|geweigerd|verlopen|rimbors|\breso\b|restituit|fallit|rifiutat"
    r"|取消|退|失败|关闭|拒|作废|關閉|失敗|作廢|キャンセル|返品|返金|無効|취소|반품|환불|실패|거절"
    r"|devolvid|estornad|recusad|expirad|\bfalh|anulow|zwroc|\bzwrot|odrzuc|nieudan"
    r"|\biptal|\biade|basar[iı]s[iı]z|reddedil|отмен|возвр|отказ|аннулир|неудач|скасов|поверн"
    r"|avbrut|avbest|annuller|makuler|kansel|aterbetal|misslyck|mislykke|mislyktes|\bretur(?:n(?:er|ad)\w*)?\b"
    r"|\bperu(?:ttu|utettu)|palautet|hyvitet|zrusen|vracen|zamitnut|anulat|rambursat|torolt|lemond|visszakuld|visszaterit"
    r"|ملغ|الغا|مرتجع|مسترد|استرجاع|مرفوض|ακυρ|επιστρ|בוטל|הוחזר|ยกเลิก|คืน|\bbatal|dikembalikan|ditolak|\bhuy\b"
    r"|declined|not_attending|not_going|no_show"
)
_UNPAID = {
    "pending", "on_hold", "hold", "holded", "unpaid", "not_paid", "awaiting_payment", "payment_pending",
    "pending_payment", "draft", "checkout_draft", "overdue",
    "offen", "ausstehend", "unbezahlt", "nicht_bezahlt", "wartend", "wartet_auf_zahlung",
    "zahlung_ausstehend", "zahlung_offen", "in_wartestellung", "angehalten", "entwurf",
    "en_attente", "en_attente_de_paiement", "en_attente_paiement", "attente_paiement", "impaye", "impayee",
    "non_paye", "non_payee", "brouillon",
    "pendiente", "pendiente_de_pago", "pago_pendiente", "en_espera", "impagado", "sin_pagar", "no_pagado",
    "borrador",
    "openstaand", "in_de_wacht", "in_afwachting", "wachtend_op_betaling", "wacht_op_betaling", "onbetaald",
    "niet_betaald", "concept",
    "in_attesa", "in_attesa_di_pagamento", "in_sospeso", "non_pagato", "da_pagare", "bozza",
    "待付款", "未付款", "待支付", "未支付", "等待付款", "草稿",
    "pendente", "aguardando_pagamento", "nao_pago", "oczekujace", "nieopłacone", "odeme_bekliyor",
    "odeme_bekleniyor", "beklemede",
    "ожидает_оплаты", "не_оплачен", "未払い", "入金待ち", "결제대기", "입금대기", "미결제", "قيد_الانتظار",
    "vantande", "obetald", "afventer", "ikke_betalt", "nezaplaceno", "neplatit", "fizetesre_var",
}  # fmt: skip
_PURCHASED = {
    "paid", "complete", "completed", "fulfilled", "shipped", "dispatched", "delivered", "in_transit",
    "processing", "processed", "in_progress", "success", "successful", "succeeded", "approved", "captured",
    "confirmed", "invoiced", "settled", "done", "finished", "ok",
    "bezahlt", "abgeschlossen", "versendet", "versandt", "verschickt", "geliefert", "ausgeliefert",
    "zugestellt", "erledigt", "fertig", "in_bearbeitung", "bestatigt",
    "paye", "payee", "termine", "terminee", "expedie", "expediee", "livre", "livree", "en_cours",
    "en_cours_de_traitement", "traitee", "validee", "confirmee",
    "pagado", "pagada", "completado", "completada", "enviado", "enviada", "entregado", "entregada",
    "en_proceso", "procesando", "confirmado", "confirmada",
    "betaald", "voltooid", "verzonden", "geleverd", "afgerond", "in_behandeling", "bevestigd",
    "pagato", "pagata", "completato", "completata", "spedito", "spedita", "consegnato", "consegnata",
    "in_lavorazione", "confermato",
    "已支付", "已付款", "已完成", "完成", "已发货", "已收货", "已签收", "待发货", "待收货", "待评价",
    "交易成功", "成功", "支付成功",
    "pago", "paga", "concluido", "concluida", "entregue", "aprovado", "aprovada", "faturado", "em_transito",
    "zrealizowane", "opłacone", "wysłane", "dostarczone", "zakonczone", "w_realizacji",
    "tamamlandı", "tamamlandi", "teslim_edildi", "kargoda", "kargoya_verildi", "onaylandı", "odendi",
    "выполнен", "доставлен", "оплачен", "завершен", "отправлен",
    "発送済み", "出荷済み", "配送済み", "配達完了", "完了", "支払済み", "入金済み",
    "배송완료", "배송중", "결제완료", "주문완료", "구매확정",
    "مكتمل", "مدفوع", "تم_التوصيل", "تم_الدفع", "تم_الشحن", "تم_التسليم",
    "levererad", "betald", "skickad", "slutford", "leveret", "levert", "betalt", "afsendt", "sendt",
    "toimitettu", "maksettu", "valmis", "doruceno", "zaplaceno", "odeslano", "vyrizeno", "dokonceno",
    "livrat", "platit", "finalizat", "expediat", "teljesitve", "kifizetve", "kiszallitva",
    "yes", "going", "attending", "attended", "accepted", "checked_in",
}  # fmt: skip
_IN_PART = re.compile(r"partial|\bpartly|\bteil|partiel|parcial|gedeeltelijk|parzial|部分")
_NOT = re.compile(r"\b(?:no|not|non|nicht|kein|keine|niet|geen|pas|never|sin)\b|^未")
_MOST_STATUSES = 12
"""Different values of a column of another name that may be statuses."""

_LONGEST = 200
"""Characters of a status; longer texts are notes."""

Meaning = Literal["excluded", "purchase", "unknown"]


def status_columns(values: Mapping[str, Iterable[str | None]]) -> list[str]:
    """Return the columns with the status of an order or of its payment, by their names or values.

    A joined file is named before its columns: `orders.csv:status`.

    Parameters
    ----------
    values
        Values of each column in the first rows.
    """
    return [name for name, texts in values.items() if _is_named_status(name) or _are_statuses(texts)]


def _is_named_status(name: str) -> bool:
    return _plain(name.rpartition(":")[2]) in _COLUMNS | _AMBIGUOUS_COLUMNS


def _are_statuses(texts: Iterable[str | None]) -> bool:
    words = {text for text in texts if text}
    return len(words) <= _MOST_STATUSES and any(meaning_of(word) == "excluded" for word in words)


def meaning_of(status: str) -> Meaning:
    """Return whether an order of this status is no purchase (taken back, failed or unpaid), or is one."""
    if len(status) > _LONGEST:
        return "unknown"
    plain = _plain(status)
    if plain in _UNPAID:
        return "excluded"
    if plain in _PURCHASED:
        return "purchase"
    words = plain.replace("_", " ")
    if _IN_PART.search(words) or _NOT.search(words):
        return "unknown"
    return "excluded" if _TAKEN_BACK.search(words) else "unknown"


def is_status(name: str) -> bool:
    """Return whether a column of this name has statuses of orders."""
    return _plain(name) in _COLUMNS


def may_be_places(column: str) -> bool:
    """Return whether a column of this name has statuses or places; its values decide."""
    return _plain(column.rpartition(":")[2]) in _AMBIGUOUS_COLUMNS


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return simplify(unicodedata.normalize("NFC", bare))  # Korean letters were decomposed, too.
