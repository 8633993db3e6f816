"""FHIR R4: claims, answers, rights and payments for systems that speak it. The mapping: docs/fhir.md.

Nothing here names a person's condition unless the arrangement demands it for the care that is claimed.
"""
