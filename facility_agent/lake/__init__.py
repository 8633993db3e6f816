"""Set-based audit: the edits that compare claims with each other, written once for DuckDB and for Spark.

`audit/` says what an edit is; here the same question is put to tables that no memory holds. Needs the extra `audit`
(Ibis, DuckDB, PyArrow), and `cluster` for Spark.
"""
