"""Banks' answers as tests need them: pain.002 and camt, made by hand after ISO 20022's own names."""

from __future__ import annotations

from collections.abc import Sequence

from domain.bank_answers import key_of

OWN = "4f2a91c0"


def pain2(
    key: str,
    group: str,
    payments: Sequence[tuple[int, str, str, str]],
    *,
    own: str = OWN,
    reason: str = "",
    currency: str = "EUR",
) -> str:
    """A status report of the file `key`: payments as (payout, status, reason, amount)."""
    why = f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>" if reason else ""
    lines = "".join(
        f"<TxInfAndSts><StsId>S{payout}</StsId><OrgnlEndToEndId>{key_of(own, payout)}</OrgnlEndToEndId>"
        f"<TxSts>{status}</TxSts>"
        + (f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>" if code else "")
        + f'<OrgnlTxRef><Amt><InstdAmt Ccy="{currency}">{amount}</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>'
        for payout, status, code, amount in payments
    )
    part = f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>P1</OrgnlPmtInfId>{lines}</OrgnlPmtInfAndSts>" if lines else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10">'
        "<CstmrPmtStsRpt><GrpHdr><MsgId>B-77</MsgId><CreDtTm>2026-11-24T08:00:00</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{key}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>"
        f"<GrpSts>{group}</GrpSts>{why}</OrgnlGrpInfAndSts>{part}</CstmrPmtStsRpt></Document>\n"
    )


def camt(
    name: str,
    entries: Sequence[tuple[int | str | None, str, str, str, str]],
    *,
    own: str = OWN,
    currency: str = "EUR",
    charge: str = "",
) -> str:
    """A statement: entries as (payout, a file's key or None; amount, DBIT or CRDT, status, reason of the return)."""
    inner = {"BkToCstmrStmt": "Stmt", "BkToCstmrDbtCdtNtfctn": "Ntfctn"}[name]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
        f"<{name}><GrpHdr><MsgId>C-1</MsgId></GrpHdr><{inner}><Id>1</Id>"
        + "".join(_entry(own, currency, charge, *entry) for entry in entries)
        + f"</{inner}></{name}></Document>\n"
    )


def _entry(
    own: str, currency: str, charge: str, what: int | str | None, amount: str, side: str, status: str, reason: str
) -> str:
    back = f"<RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf>" if reason else ""
    money = f'<Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>'
    costs = f'<Chrgs><Rcrd><Amt Ccy="{currency}">{charge}</Amt></Rcrd></Chrgs>' if charge else ""
    if isinstance(what, str):
        details = f"<Btch><MsgId>{what}</MsgId><NbOfTxs>9</NbOfTxs></Btch>"
    else:
        key = "NOTPROVIDED" if what is None else key_of(own, what)
        refs = f"<Refs><AcctSvcrRef>R1</AcctSvcrRef><EndToEndId>{key}</EndToEndId></Refs>"
        details = f"<TxDtls>{refs}{money}{costs}{back}</TxDtls>"
    return f"<Ntry>{money}<Sts><Cd>{status}</Cd></Sts><NtryDtls>{details}</NtryDtls></Ntry>"
