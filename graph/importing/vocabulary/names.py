"""Names by which files, columns and kinds of behaviour are recognised, in several languages.

A name is compared as a whole, in the form that `simplify` gives it; parts of words decide nothing.
"""

import re
import unicodedata
from functools import lru_cache

_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z](?!s(?![a-z]))[a-z])")


@lru_cache(maxsize=1 << 16)
def simplify(name: str) -> str:
    """Return `name` in lower case with underscores between words: `CustomerIDs` is `customer_ids`."""
    # In lower case, Python makes two characters of İ.
    plain = unicodedata.normalize("NFC", name).replace("İ", "I")
    return re.sub(r"[\W_]+", "_", _WORD_STARTS.sub("_", plain).lower()).strip("_")


def words_of(name: str) -> list[str]:
    """Return the words of a name, in the singular."""
    return [_singular(word) for word in simplify(name).split("_")]


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "status", "bonus")) else word


MINOR_UNITS = {
    "pence", "penny", "cent", "cents", "minor", "grosze", "groszy", "kopecks", "paise", "centavos", "öre",
    "øre", "rappen", "agorot", "kuruş",
}  # fmt: skip
"""Words of amounts that are hundredths of the currency."""

NO_AMOUNTS = {
    "tax", "vat", "duty", "shipping", "delivery", "fee", "tip", "refund", "deposit", "cost", "margin", "mwst",
    "steuer", "versand",
}  # fmt: skip
"""Words of amounts that are not those of lines."""

_TAX_REMARK = re.compile(
    r"(?<=.)_(?:in|inc|incl|inclusive|including|inkl|inklusive|einschl|with|after|ex|exc|excl|exclusive|excluding|"
    r"exkl|exklusive|ohne|without|before|net_of)_(?:vat|tax|taxes|gst|mwst|ust|umsatzsteuer|steuer|tva|iva|btw|moms)$"
)


def without_tax_remark(name: str) -> str:
    """Return a simplified name without what it says of taxes: `total_incl_vat` is a total, no tax."""
    return _TAX_REMARK.sub("", name)


MICROS = {"micros", "micro"}
"""Words of amounts that are millionths of the currency."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "user": (
        "user_id", "user", "customer_id", "customer", "customer_no", "customer_number", "customer_key",
        "member_id", "member", "household_id", "household", "household_key", "client_id", "client",
        "person_id", "person", "buyer_id", "buyer", "visitor_id", "shopper_id", "contact_id",
        "subscriber_id",
        "profile_id", "account_id", "uid", "user_pseudo_id", "customer_unique_id", "email", "email_address",
        "e_mail", "customer_email", "kunde", "kunden_id", "kunden_nr", "kundennr", "kundennummer", "用户",
        "用户_id", "用户id", "会员", "会员_id", "会员id", "买家", "客户", "member_no", "member_number",
        "cust_no",
        "cust_id", "custno", "guest_id", "guest", "e_mail_client", "client_no", "numéro_client", "n_client",
        "kundenkarte", "kundenkarten_nr", "kunden_e_mail", "会員番号", "会員_id", "会員id", "顧客番号",
        "顧客_id", "顧客id",
        "会员号", "会员编号",
        "cliente", "id_cliente", "klient", "id_klienta", "müşteri_no", "müşteri_id", "клиент",
        "id_клиента", "e_post", "epost", "회원id", "회원번호", "고객번호", "고객id", "العميل",
        "buyer_email", "user_email", "client_email", "member_email", "guest_email", "attendee_email",
        "recipient_email", "participant_email", "contact_email", "billing_email", "subscriber_email",
        "recipient", "recipient_id", "empfänger", "empfänger_id", "destinataire", "destinatario",
        "purchaser_email", "shopper_email", "buyer_email_address", "username", "user_name",
        "buyer_username", "membership_no", "membership_id", "membership_number", "loyalty_id",
        "loyalty_card", "loyalty_card_no", "loyalty_number", "loyalty_no", "besteller", "käufer",
        "kundenkartennr", "kundenkartennummer", "msisdn", "pasnr", "pasnummer", "klantnr", "klantnummer",
        "klant_id", "klant",
    ),
    "campaign": (
        "campaign_id", "campaign_key", "campaign_code", "campaign_no", "campaign", "campaign_name",
        "promotion_id", "promo_id", "offer_id", "promotion_code", "appeal_id", "appeal_code", "appeal",
        "kampagne", "kampagnen_id", "aktion", "aktions_id", "utm_campaign",
        "session_campaign_name", "活动", "活动_id", "活动id",
        "营销活动",
        "newsletter_id", "newsletter", "mailing_id", "mailing",
        "offer", "promo", "promotion", "キャンペーン", "キャンペーン_id", "キャンペーンid", "campagne",
        "kampanya_kodu", "kampanya_id", "kampanya_no", "kampanya", "actienr", "actiecode", "actie",
    ),
    "product": (
        "product_id", "product", "product_code", "item_id", "item", "item_code", "sku", "sku_id", "article",
        "article_id", "article_no", "stock_code", "product_sku", "product_key", "asin", "ean", "upc",
        "plu", "plu_code", "plu_nr",
        "artikel", "artikel_id", "artikel_nr", "artikelnr", "artikelnummer", "produkt", "produkt_id",
        "lineitem_sku", "product_ref", "product_no", "product_number", "item_ref", "item_no", "item_number",
        "item_sku", "商品", "商品_id", "商品id", "产品", "产品_id", "artikel_no", "artikelcode",
        "article_code",
        "référence", "produit", "商品番号", "商品コード", "商品编号",
        "producto", "id_producto", "código_do_produto", "kod_produktu", "id_produktu", "ürün_kodu",
        "ürün_id", "товар", "артикул", "상품코드", "상품번호", "المنتج",
        "artnr", "art_nr", "listing_id", "listing",
    ),
    "tag": ("tag_id", "tag", "segment", "segment_id", "interest", "label", "标签"),
    "coupon": (
        "coupon_id", "coupon", "coupon_code", "coupon_upc", "voucher", "voucher_code", "discount_code",
        "promo_code", "gutschein", "gutscheincode", "优惠券", "优惠券_id", "kupon", "kupon_kodu",
    ),
    "at": (
        "order_date", "order_time", "ordered_at", "purchase_date", "purchase_time", "purchased_at",
        "order_purchase_timestamp", "bestelldatum", "kaufdatum", "下单时间", "订单时间",
        "at", "time", "timestamp", "datetime", "date", "created_at", "created", "invoice_date",
        "transaction_date", "transaction_timestamp", "event_time", "event_timestamp", "event_date", "sent_at",
        "occurred_at", "received_at", "redemption_date", "redeemed_at",
        "redeem_date", "date_redeemed", "used_at", "date_used", "used_date", "use_date", "date_received",
        "datum", "zeit", "zeitpunkt", "时间", "日期", "行为时间", "时间戳",
        "posting_date",
        "booking_date", "booked_on", "booked_at", "booked", "ordered_on", "purchased_on",
        "date_de_commande", "date_commande", "date_d_achat", "buchungsdatum", "belegdatum",
        "注文日時", "注文日", "購入日", "購入日時", "日時", "订单日期",
        "fecha", "fecha_de_pedido", "data_do_pedido", "data_zamówienia", "tarih", "sipariş_tarihi",
        "дата", "дата_заказа", "dato", "주문일시", "주문일자", "결제일시", "التاريخ",
        "sale_date", "sold_at", "receipt_date", "checkout_date", "txn_date", "txn_time", "trans_date",
        "order_created_at", "placed_at", "placed_on", "event_at", "viewed_at", "clicked_at", "opened_at",
        "response_date", "response_time", "responded_at", "responded_on", "contact_date", "contact_time",
        "contacted_at",
    ),
    "starts": (
        "starts", "start", "starts_on", "begins_on", "start_date", "starts_at", "start_at", "start_time",
        "begin", "begins", "begin_date", "from", "valid_from", "send_time", "send_date", "launch_date",
        "from_date", "date_from", "date_start", "active_from", "runs_from",
        "von", "beginn",
        "开始",
        "开始时间", "开始日期", "startdatum", "start_datum", "starttermin", "anfang", "gültig_ab",
        "gültig_von",
        "valid_since", "start_day", "début", "debut", "date_de_début", "date_début", "date_debut", "開始日",
        "開始", "開始日時", "开始日", "begindatum", "startdag", "başlangıç_tarihi", "başlangıç",
    ),
    "ends": (
        "ends", "end", "ends_on", "end_date", "ends_at", "end_at", "end_time", "until", "to", "valid_to",
        "valid_until", "to_date", "date_to", "date_end", "active_to", "active_until", "runs_to", "runs_until",
        "bis", "ende", "结束", "结束时间", "结束日期", "enddatum", "end_datum", "endtermin",
        "gültig_bis", "end_day",
        "last_day", "valid_through", "valid_thru", "expires", "fin", "date_de_fin", "date_fin", "終了日",
        "終了",
        "終了日時", "結束日", "結束", "结束日", "终了日", "einddatum", "eindedatum", "bitiş_tarihi", "bitiş",
    ),
    "kind": (
        "kind", "type", "event", "event_type", "event_name", "action", "action_type", "activity",
        "behavior",
        "behaviour", "behavior_type", "behaviour_type", "typ", "aktion_typ", "行为", "行为类型", "类型",
        "txn_type",
        "transaction_type", "bonart", "response", "response_type", "reaction",
    ),
    "quantity": (
        "quantity", "qty", "count", "units", "quantity_ordered", "menge", "anzahl", "数量", "pieces",
        "stück",
        "stückzahl", "quantité",
        "cantidad", "quantidade", "ilość", "adet", "miktar", "количество", "antal", "antall", "määrä",
        "množství", "cantitate", "mennyiség", "수량", "個数", "الكمية", "aantal", "quantità",
    ),
    "value": (
        "value", "amount", "revenue", "total", "line_total", "sales_value", "sales", "total_price",
        "turnover", "spend", "total_amount", "order_total", "order_value", "order_amount", "grand_total",
        "betrag", "umsatz", "summe", "gesamtbetrag", "gesamtsumme", "gesamtpreis", "bestellwert",
        "rechnungsbetrag", "montant", "montant_ttc", "montant_total", "total_ttc", "importe",
        "importe_total",
        "bedrag", "totaalbedrag", "importo", "importo_totale", "totale", "金额", "销售额", "合计金额",
        "总金额", "订单金额", "实付金额", "合计", "金額",
        "valor", "valor_total", "wartość", "kwota", "tutar", "toplam_tutar", "сумма", "belopp", "beløb",
        "beløp", "částka", "összeg", "금액", "결제금액", "المبلغ",
        "total_paid", "amount_paid", "paid_amount", "price_paid", "sale_amount", "sales_amount",
        "net_sales", "gross_sales", "line_amount", "line_item_cost", "extended_price", "net_amount",
        "gross_amount",
    ),
    "unit_price": (
        "unit_price", "price", "item_price", "lineitem_price", "einzelpreis", "preis", "单价", "价格",
        "birim_fiyat",
    ),
    "discount": (
        "discount", "discount_amount", "discount_rate", "discount_percent", "discount_percentage",
        "discount_pct", "discount_eur", "discount_usd", "rabatt", "rabatt_betrag", "rabatt_prozent",
        "rabatt_eur", "rabattbetrag", "rabattsatz", "remise", "descuento", "korting", "sconto", "折扣",
        "优惠金额",
    ),
    "coupon_discount": ("coupon_discount", "coupon_disc"),
    "basket": (
        "basket", "basket_id", "order_id", "order_no", "order_number", "order", "invoice", "invoice_no",
        "invoice_id", "transaction_id", "session_id", "session", "bestellnummer", "bestell_nr", "订单",
        "订单_id",
        "订单号", "doc_no", "document_no", "docno", "belegnummer", "bon_nr", "注文番号",
        "pedido", "nr_zamówienia", "numer_zamówienia", "sipariş_no", "номер_заказа", "주문번호",
        "رقم_الطلب",
        "bonnummer", "bonnr", "belegnr", "bestellnr",
        "auftragsnr", "auftrags_nr", "auftragsnummer", "auftrags_id", "receipt_no",
        "receipt_id", "receipt_number", "bon",
    ),
    "store": (
        "store", "store_id", "shop", "shop_id", "merchant", "merchant_id", "channel", "branch", "filiale",
        "门店", "渠道",
    ),
    "name": (
        "name", "title", "titel", "description", "product_name", "campaign_name", "bezeichnung", "名称",
        "标题", "omschrijving", "kampanya_adı", "ürün_adı",
    ),
    "text": ("text", "name", "title", "label", "description", "名称"),
    "category": (
        "category", "category_id", "product_category", "category_name", "department", "kategorie",
        "warengruppe", "类目", "类别", "品类",
    ),
    "weight": ("weight", "score", "strength", "权重"),
    "source": ("source", "from", "follower", "user_a", "from_user", "user_id_1"),
    "target": ("target", "to", "followee", "user_b", "to_user", "user_id_2"),
}  # fmt: skip
"""Names of columns by what they hold, the most telling first."""

ENTITY_OF = {
    "users": "user",
    "campaigns": "campaign",
    "products": "product",
    "tags": "tag",
    "coupons": "coupon",
}

FILES: dict[str, tuple[str, ...]] = {
    "user_tags": ("user_tag", "profile_tag", "segment", "interest", "membership"),
    "promotions": ("promotion", "promo", "offer", "campaign_product", "product_campaign", "aktionsartikel"),
    "targetings": (
        "targeting", "target", "mailing", "mailing_target", "audience", "recipient", "sent", "invitation",
        "invite", "exposure", "reached", "empfaenger",
    ),
    "coupons": ("coupon", "voucher", "gutschein"),
    "ties": ("tie", "friend", "friendship", "follower", "follow", "edge", "relation", "network", "social"),
    "campaigns": ("campaign", "kampagne", "aktion", "活动"),
    "behaviours": (
        "behaviour", "behavior", "event", "order", "transaction", "purchase", "sale", "click", "activity",
        "view", "redemption", "usage", "open", "unsubscribe", "bounce", "return", "refund", "cancellation",
        "wishlist", "cart", "review", "rating", "retoure", "storno", "rsvp", "participation",
        "bestellung", "user_behavior", "log",
        "订单", "行为",
    ),
    "products": ("product", "item", "article", "artikel", "sku", "商品", "catalog"),
    "tags": ("tag", "label", "keyword"),
    "users": (
        "user", "customer", "member", "household", "client", "kunde", "people", "person", "contact",
        "subscriber", "profile", "用户",
    ),
}  # fmt: skip
"""Words of file names by table; several words in a row are joined by underscores."""

KINDS: dict[str, tuple[str, ...]] = {
    "VIEWED": (
        "view", "viewed", "pv", "page_view", "view_item", "product_viewed", "browse", "browsed",
        "impression", "浏览", "点击浏览",
    ),
    "CLICKED": ("click", "clicked", "link_clicked", "email_clicked", "select_item", "点击"),
    "OPENED": ("open", "opened", "email_opened", "打开"),
    "SEARCHED": ("search", "searched", "products_searched", "搜索"),
    "FAVOURED": (
        "fav", "favorite", "favourite", "favorited", "wishlist", "add_to_wishlist",
        "product_added_to_wishlist", "收藏",
    ),
    "LIKED": ("like", "liked", "点赞"),
    "CARTED": (
        "cart", "add_to_cart", "added_to_cart", "product_added", "addtocart", "view_cart", "加购",
        "加入购物车",
    ),
    "ORDERED": (
        "order", "ordered", "order_completed", "placed_order", "checkout", "begin_checkout",
        "ecommerce_order", "下单",
    ),
    "PURCHASED": (
        "purchase", "purchased", "buy", "bought", "sale", "transaction", "paid", "invoice", "kauf",
        "rechnung", "achat", "facture", "compra", "factura", "aankoop", "factuur", "acquisto", "fattura",
        "verkauf", "購入", "购买", "成交", "支付",
    ),
    "REDEEMED": ("redemption", "redeem", "redeemed", "coupon_redeemed", "offer_completed", "核销"),
    "PRAISED": ("praise", "praised", "review", "rating", "rated", "好评", "评价"),
    "SHARED": ("share", "shared", "分享", "转发"),
    "ACCEPTED": ("accept", "accepted", "offer_accepted"),
    "DECLINED": ("decline", "declined", "offer_declined", "refused", "rejected", "not_interested"),
    "UNSUBSCRIBED": ("unsubscribe", "unsubscribed", "unsubscription", "opt_out", "abmeldung"),
    "BOUNCED": ("bounce", "bounced", "hard_bounce", "soft_bounce"),
    "RECEIVED": (
        "received", "receive", "offer_received", "sent", "send", "delivered", "email_sent", "email_delivered",
        "领取",
    ),
    "OFFER_VIEWED": ("offer_viewed",),
    "RETURNED": (
        "return", "returned", "refund", "refunded", "order_refunded", "cancel", "cancelled", "canceled",
        "cancellation", "credit_note", "credit_memo", "chargeback", "gutschrift", "retoure", "storno",
        "stornierung", "erstattung", "rückerstattung", "rückgabe", "avoir", "retour", "remboursement",
        "annulation", "abono", "nota_de_crédito", "devolución", "reembolso", "cancelación", "creditnota",
        "terugbetaling", "retourzending", "annulering", "nota_di_credito", "rimborso", "reso",
        "annullamento", "返品", "退货", "退款", "取消", "红字发票", "retouren", "rücksendung",
        "rücksendungen",
        "stornierungen", "gutschriften", "devoluciones", "devolução", "devoluções", "zwrot", "zwroty",
        "iade", "iadeler",
        "возврат", "возвраты", "반품", "환불", "返金",
    ),
}  # fmt: skip
"""Names of kinds of behaviour by the relationship type that they become."""

CHARGES = {
    "shipping", "shipping_cost", "shipping_costs", "shipping_fee", "postage", "delivery", "delivery_fee",
    "freight", "handling", "surcharge", "gift_wrap", "gift_wrapping", "discount", "tip", "rounding",
    "versand", "versandkosten", "porto", "trinkgeld", "rundung", "livraison", "frais_de_port",
    "frais_de_livraison", "envío", "gastos_de_envío", "verzendkosten", "verzending", "spedizione",
    "spese_di_spedizione", "frete", "wysyłka", "dostawa", "kargo", "доставка", "frakt", "fragt", "运费",
    "送料", "배송비",
}  # fmt: skip
"""Names of lines of orders that are no products."""
