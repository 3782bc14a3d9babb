"""Amounts of memory as the page of the playground writes them. Django's ``filesizeformat`` divides by 1,024 and says MB."""

from __future__ import annotations

from django import template

UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
register = template.Library()


@register.filter
def in_bytes(value: int) -> str:
    """``value`` bytes in the largest unit of which there is at least one: 17.4 MiB, 512 MiB."""
    power = min(len(UNITS) - 1, max(0, value.bit_length() - 1) // 10)
    scaled = value / 1024**power
    return f"{scaled:.0f} {UNITS[power]}" if power == 0 or scaled >= 100 else f"{scaled:.1f} {UNITS[power]}"
