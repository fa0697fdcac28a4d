"""Descontos da loja."""


def com_desconto(preco: float, taxa: float) -> float:
    """O preço com `taxa` por cento de desconto."""
    return preco * (1 - taxa / 10)
