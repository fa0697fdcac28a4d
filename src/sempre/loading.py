"""Imports beside work that goes on, without what a library would only try to have, and of what it uses in few cases
only when it does."""

import importlib
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any

# A thread that meets an import of another thread may be handed a half-made module rather than wait for ever, so heavy
# imports beside the event loop take turns.
ONE_AT_A_TIME = threading.Lock()


@contextmanager
def without(*names: str) -> Iterator[None]:
    """In the block these cannot be imported; what is there already stays what it was."""
    with _in_place(dict.fromkeys(names)):
        yield


@contextmanager
def later(*names: str) -> Iterator[None]:
    """What the block takes from these modules is promised: each is imported when something of it is first used, after
    the block. What is there already stays what it was. For what is called, looked into or asked about; a class that is
    derived from a promise can't be made, and a constant is no constant."""
    promised = [_PromisedModule(name) for name in names]
    try:
        with _in_place({each.__name__: each for each in promised}):
            yield
    finally:
        for each in promised:
            each.kept = True


@contextmanager
def _in_place(stand_ins: Mapping[str, ModuleType | None]) -> Iterator[None]:
    modules: dict[str, ModuleType | None] = sys.modules  # pyright: ignore[reportAssignmentType]  (None: not to be found)
    absent = {name: given for name, given in stand_ins.items() if name not in modules}
    modules.update(absent)
    try:
        yield
    finally:
        for name, given in absent.items():
            if modules.get(name) is given:  # else it was needed in the block already
                del modules[name]


class _PromisedModule(ModuleType):
    kept = False

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self.kept:
            return _kept(self.__name__, name)
        return sys.modules.get(f"{self.__name__}.{name}") or _Promised(self.__name__, name)


class _Promised:
    """A name that was taken from a module in the block."""

    def __init__(self, module: str, name: str) -> None:
        self._module, self._name = module, name

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return _kept(self._module, self._name)(*arguments, **named)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what an annotation is asked for
            raise AttributeError(name)
        return getattr(_kept(self._module, self._name), name)

    def __instancecheck__(self, instance: object) -> bool:
        """Nothing is an instance of what nobody has imported."""
        return self._is_imported() and isinstance(instance, self._real())

    def __subclasscheck__(self, subclass: type) -> bool:
        """As above, and nothing is derived from it."""
        return self._is_imported() and issubclass(subclass, self._real())

    def __mro_entries__(self, _bases: tuple[object, ...]) -> tuple[type, ...]:
        return (_NeverMade,)

    def __or__(self, _other: Any) -> Any:
        return Any  # only annotations ask

    __ror__ = __getitem__ = __or__

    def _is_imported(self) -> bool:
        module = sys.modules.get(self._module)
        return module is not None and not isinstance(module, _PromisedModule)

    def _real(self) -> Any:
        return getattr(sys.modules[self._module], self._name)


class _NeverMade:
    """In the place of a promised base class."""

    def __init_subclass__(cls, **_named: object) -> None:
        """Whatever the real one would be told."""

    def __init__(self, *_arguments: object, **_named: object) -> None:
        raise TypeError(f"{type(self).__name__} was imported without its base class.")


def _kept(module: str, name: str) -> Any:
    if isinstance(sys.modules.get(module), _PromisedModule):
        del sys.modules[module]
    whole = importlib.import_module(module)
    if not hasattr(whole, name) and hasattr(whole, "__path__"):
        importlib.import_module(f"{module}.{name}")
    return getattr(whole, name)
