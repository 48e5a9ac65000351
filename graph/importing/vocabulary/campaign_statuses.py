"""Statuses of campaigns: which are those of campaigns that did not run."""

import re
from typing import Literal

from graph.importing.vocabulary.names import simplify

_COLUMNS = {
    "status", "campaign_status", "promo_status", "promotion_status", "offer_status", "statut", "estado",
    "stato", "situacao", "situação", "durum", "статус", "状态", "活动状态", "ステータス", "상태", "진행상태",
    "kampagnenstatus", "aktionsstatus", "campaign_state", "state",
}  # fmt: skip
_NOT_RUN = re.compile(
    r"cancel|\bdraft|\brejected|\bdeleted|\bdiscarded|\bwithdrawn|\bnot_approved|\bdisapproved|\btest$"
    r"|storn|abgesagt|abgebrochen|entwurf|verworfen|gelöscht|annul|brouillon|supprim|borrador|anulad|rechazad"
    r"|rascunho|excluíd|annullat|\bbozza|geannul|concept$|\biptal|taslak|anulow|odwołan|szkic|отмен|чернов"
    r"|取消|草稿|作废|作廢|已拒绝|下書き|中止|キャンセル|취소|임시저장|초안|반려"
)
_RAN = {
    "active", "activated", "running", "live", "started", "in_progress", "ongoing", "open", "complete",
    "completed", "finished", "ended", "closed", "done", "expired", "past", "sent", "published", "launched",
    "planned", "scheduled", "upcoming", "approved", "enabled", "on",
    "aktiv", "laufend", "läuft", "gestartet", "beendet", "abgeschlossen", "abgelaufen", "geplant",
    "actif", "active_e", "en_cours", "terminé", "terminée", "planifié", "planifiée", "programmée",
    "activo", "activa", "en_curso", "finalizado", "finalizada", "terminado", "terminada", "programada",
    "ativo", "ativa", "encerrado", "encerrada", "concluído", "concluída", "agendada",
    "attivo", "attiva", "in_corso", "conclusa", "terminata", "actief", "lopend", "afgelopen", "gepland",
    "aktif", "tamamlandı", "sona_erdi", "planlandı", "активна", "активный", "завершен", "завершена",
    "进行中", "已结束", "已完成", "未开始", "已上线", "実施中", "終了", "予定",
    "진행중", "종료", "완료", "예정",
}  # fmt: skip

Meaning = Literal["not_run", "ran", "unknown"]


def is_campaign_status(column: str) -> bool:
    """Return whether a column of a table of campaigns is named like one of statuses."""
    return simplify(column) in _COLUMNS


def campaign_meaning(status: str) -> Meaning:
    """Return whether a campaign of this status did not run (cancelled, a draft), or ran or will run."""
    plain = simplify(status)
    if plain in _RAN:
        return "ran"
    return "not_run" if _NOT_RUN.search(plain) else "unknown"
