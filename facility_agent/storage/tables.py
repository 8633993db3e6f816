"""Tortoise's picture of the tables that are read and written row by row; the schema itself stands in `migrations`.

Rows never leave storage. What needs sums, upserts or many rows at once is SQL in the store's own modules.
"""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Setting(Model):
    """A single value of the installation."""

    key = fields.CharField(200, primary_key=True)
    value = fields.TextField()

    class Meta:
        table = "setting"


class AccountRow(Model):
    """Somebody who may sign in; roles separated by spaces."""

    login = fields.CharField(200, primary_key=True)
    name = fields.TextField()
    roles = fields.TextField()
    password_hash = fields.TextField()
    active = fields.IntField(default=1)
    office = fields.TextField(default="")

    class Meta:
        table = "account"


class SigninRow(Model):
    """A sign-in: the SHA-256 of its token, so that the database does not hold what opens the door."""

    token = fields.CharField(64, primary_key=True)
    login = fields.CharField(200)
    csrf = fields.TextField()
    created = fields.TextField()
    expires = fields.TextField()

    class Meta:
        table = "signin"


class PartyRow(Model):
    """Somebody whose public keys we know."""

    code = fields.CharField(200, primary_key=True)
    name = fields.TextField()
    document = fields.BinaryField()

    class Meta:
        table = "party"


class AgreementRow(Model):
    """An agreement with the signatures that it has."""

    id = fields.CharField(64, primary_key=True)
    digest = fields.CharField(64)
    start = fields.CharField(10)
    state = fields.CharField(20)
    document = fields.BinaryField()

    class Meta:
        table = "agreement"


class VisitRow(Model):
    """A visit in its latest version."""

    id = fields.CharField(64, primary_key=True)
    state = fields.CharField(20)
    day = fields.CharField(10)
    month = fields.CharField(7)
    register_number = fields.TextField()
    number = fields.TextField()
    version = fields.BigIntField()
    document = fields.BinaryField()

    class Meta:
        table = "visit"


class ClaimRow(Model):
    """A claim: its canonical bytes and the columns by which it is found. Never changed."""

    id = fields.CharField(64, primary_key=True)
    number = fields.CharField(200, unique=True)
    facility = fields.CharField(200)
    member = fields.TextField()
    household = fields.TextField()
    day = fields.CharField(10)
    at = fields.CharField(5)
    month = fields.CharField(7)
    digest = fields.CharField(64)
    replaces = fields.CharField(64, null=True, unique=True)
    document = fields.BinaryField()
    person = fields.CharField(64, default="")

    class Meta:
        table = "claim"


class BatchRow(Model):
    """A closed batch and its state."""

    id = fields.CharField(64, primary_key=True)
    number = fields.CharField(200, unique=True)
    facility = fields.CharField(200)
    payer = fields.CharField(200)
    scheme = fields.CharField(200)
    month = fields.CharField(7)
    kind = fields.CharField(20)
    state = fields.CharField(20)
    closed_on = fields.CharField(10)
    document = fields.BinaryField()

    class Meta:
        table = "batch"
