"""The few pages that are not the dashboard: readable without it, in both languages, without a script."""

from dataclasses import dataclass

from starlette.responses import HTMLResponse

_STYLE = (
    ":root{color-scheme:light dark;background:light-dark(#f7f8fa,#0f1218);color:light-dark(#181c25,#d9dde6)}"
    "body{font:15px/1.6 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1.5rem}"
    "h1,h2{font-size:1.25rem;line-height:1.4}hr{border:0;border-top:1px solid #8884;margin:2rem 0}"
)


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A heading and a paragraph in English and in Portuguese; HTML of our own, never of anyone else."""

    title: str
    text: str
    titulo: str
    texto: str


LINK_USED_UP = Notice(
    title="This link no longer works",
    text="A login link works once, for ten minutes. Make another one on the machine that runs Sempre: "
    "<code>sempre login-link</code>",
    titulo="Este link não funciona mais",
    texto="Um link de acesso vale uma única vez, por dez minutos. Gere outro na máquina onde o Sempre roda: "
    "<code>sempre login-link</code>",
)
NOT_BUILT = Notice(
    title="Sempre runs, but its dashboard was not built",
    text="Everything else works. Build the page with <code>python3 hatch_build.py</code> in the clone, or install "
    "the wheel, which has it inside; then load this page again. In a terminal <code>sempre status</code> says "
    "what runs.",
    titulo="O Sempre está rodando, mas o painel não foi gerado",
    texto="Todo o resto funciona. Gere o painel com <code>python3 hatch_build.py</code> no clone, ou instale o "
    "wheel, que já o inclui; depois recarregue esta página. No terminal, <code>sempre status</code> mostra o que "
    "está rodando.",
)


def notice_page(notice: Notice, status: int) -> HTMLResponse:
    page = (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        '<meta name=viewport content="width=device-width,initial-scale=1">'
        f"<title>Sempre</title><style>{_STYLE}</style>"
        f"<main><h1>{notice.title}</h1><p>{notice.text}</p><hr>"
        f"<section lang=pt-BR><h2>{notice.titulo}</h2><p>{notice.texto}</p></section></main></html>"
    )
    return HTMLResponse(page, status, {"cache-control": "no-store"})
