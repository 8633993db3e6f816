-- Names by the key alone: on SQLite a table with rows of its own keeps each of them twice, there and in the key.
ALTER TABLE name_pair RENAME TO name_pair_before;
CREATE TABLE name_pair (
    first TEXT {exact} NOT NULL,
    second TEXT {exact} NOT NULL,
    village TEXT {exact} NOT NULL,
    year BIGINT NOT NULL,
    number TEXT {exact} NOT NULL,
    payer TEXT NOT NULL,
    PRIMARY KEY (first, second, village, year, number, payer)
) {keyed};
INSERT INTO name_pair (first, second, village, year, number, payer)
    SELECT first, second, village, year, number, payer FROM name_pair_before;
DROP TABLE name_pair_before;
