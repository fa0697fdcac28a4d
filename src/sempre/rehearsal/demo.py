"""What a newcomer's prompt is answered with, when it holds no script: a friendly text that says it is scripted.

Some prompts get a tool use first, so that one can see what that looks like.
"""

import re

import msgspec

from sempre.rehearsal.blocks import Answer, Block, Text, use
from sempre.rehearsal.prompt import MessagesRequest, Prompt
from sempre.rehearsal.script import Drip, ToolCall

_LABELS = {
    "en": "Rehearsal: this answer is scripted.",
    "pt": "Ensaio: esta resposta segue um roteiro.",
}
_PORTUGUESE = re.compile(
    r"[áàâãéêíóôõúç]|\b(?:o|os|um|uma|que|qual|não|nao|voce|você|para|por|com|isto|isso|esta|está|e|de|do|da|meu|minha|"
    r"olá|ola|oi|bom|boa|faça|faca|escreva|crie|leia|liste|mostre|resuma|arquivos?|pasta)\b",
    re.IGNORECASE,
)
_ENGLISH = re.compile(
    r"\b(?:the|an?|is|are|and|of|to|in|for|with|this|that|what|how|you|my|please|hello|hi|write|create|"
    r"read|list|show|files?|folder)\b",
    re.IGNORECASE,
)
_LISTS = re.compile(
    r"\b(?:ls|list|show|files?|folder|directory|liste|listar|mostre|arquivos?|pasta|diretório)\b",
    re.IGNORECASE,
)
_WRITES = re.compile(
    r"\b(?:write|create|draft|save|escreva|escrever|crie|criar|anote|salve|rascunho)\b",
    re.IGNORECASE,
)
_DIRECTORY = re.compile(rb'[Ww]orking directory: ((?:[^"\\]|\\\\|\\u[0-9a-f]{4})+)')
_NOTE_NAME = "rehearsal-note.md"
_TEXTS = {
    "en": (
        "{label} Connect a model (Settings, Connections) and the same prompt is answered for real.\n\n"
        "You wrote: “{head}”\n\n{seen}"
        "All around this text is real: your prompt was stored before anything else happened, took its number, "
        "went to Claude Code in this worker's own session, and its answer is written exactly once, whatever "
        "crashes meanwhile.\n\n"
        "Ask me to list the files, or to write a note, to see a tool at work."
    ),
    "pt": (
        "{label} Conecte um modelo (Configurações, Conexões) e o mesmo prompt recebe uma resposta de verdade.\n\n"
        "Você escreveu: “{head}”\n\n{seen}"
        "Tudo em volta deste texto é real: seu prompt foi guardado antes de qualquer outra coisa, recebeu seu "
        "número, foi ao Claude Code na sessão própria deste worker, e a resposta é escrita exatamente uma vez, "
        "mesmo que algo caia no caminho.\n\n"
        "Peça para listar os arquivos, ou para escrever uma nota, e veja uma ferramenta em uso."
    ),
}
# Claude Code compacts a session with a prompt of its own and takes only this form for an answer.
_SUMMARY = (
    "<analysis>Nothing to analyse: this is a rehearsal.</analysis>\n"
    "<summary>Rehearsal: scripted conversation, nothing to remember.</summary>"
)
_SEEN = {
    "en": {
        False: "The tool ran and said:\n\n{result}\n\n",
        True: "The tool was refused:\n\n{result}\n\n",
    },
    "pt": {
        False: "A ferramenta rodou e disse:\n\n{result}\n\n",
        True: "A ferramenta foi recusada:\n\n{result}\n\n",
    },
}


def answer(request: MessagesRequest, prompt: Prompt, pace: float) -> Answer:
    """The demo answer, or the tool use before it."""
    if "<analysis>" in prompt.text and "<summary>" in prompt.text:
        return Answer((Text(_SUMMARY),), "end_turn")
    said = _without_note(prompt.text)
    language = language_of(said)
    call = _call(request, said, language)
    if call is not None and not prompt.results:
        opening = Text(
            "Vou usar uma ferramenta." if language == "pt" else "Let me use a tool for that."
        )
        return Answer((opening, use(call)), "tool_use")
    text = _TEXTS[language].format(
        label=_LABELS[language], head=_head(said), seen=_seen(prompt, language)
    )
    blocks: tuple[Block, ...] = (Text(text),)
    return Answer(blocks, "end_turn", Drip(len(text.split()), pace))


def _without_note(prompt: str) -> str:
    """The prompt without what Sempre puts before it when an attempt was interrupted."""
    return prompt.partition("\n\n")[2] if prompt.startswith("[Sempre] ") else prompt


def language_of(prompt: str) -> str:
    """pt or en, by counting small words: good enough to greet somebody."""
    return "pt" if len(_PORTUGUESE.findall(prompt)) > len(_ENGLISH.findall(prompt)) else "en"


def label_for(prompt: str) -> str:
    """The sentence with which an answer says that it is scripted."""
    return _LABELS[language_of(_without_note(prompt))]


def _call(request: MessagesRequest, prompt: str, language: str) -> ToolCall | None:
    directory = working_directory(request) if _WRITES.search(prompt) else None
    if directory is not None and request.offers("Write"):
        path = f"{directory}/{_NOTE_NAME}"
        return ToolCall(
            "Write", {"file_path": path, "content": f"# {_LABELS[language]}\n\n{prompt}\n"}
        )
    if _LISTS.search(prompt) and request.offers("Bash"):
        return ToolCall("Bash", {"command": "ls", "description": "List the files here"})
    return None


def working_directory(request: MessagesRequest) -> str | None:
    """Where Claude Code says it works."""
    for raw in (request.system, *request.messages):
        if found := _DIRECTORY.search(bytes(raw)):
            return msgspec.json.decode(b'"%b"' % found[1], type=str)
    return None


def _seen(prompt: Prompt, language: str) -> str:
    if not prompt.results:
        return ""
    last = prompt.results[-1]
    quoted = "\n".join(f"    {line}" for line in last.text.strip().splitlines()[:12]) or "    -"
    return _SEEN[language][last.is_error].format(result=quoted)


def _head(prompt: str) -> str:
    words = " ".join(prompt.split()[:24])
    return words if len(words) <= 160 else words[:159] + "…"
