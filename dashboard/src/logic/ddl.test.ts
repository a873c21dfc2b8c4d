import { expect, it } from "vitest";
import { readTable } from "./ddl";

it("Columns, keys and references are read off a statement", () => {
    const table = readTable(`CREATE TABLE "order lines" (
        id INTEGER PRIMARY KEY, -- the number, of course
        "customer ""id""" INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
        amount NUMERIC(10, 2) CHECK (amount > 0 AND note <> 'a, b)'),
        note TEXT,
        FOREIGN KEY (note, amount) REFERENCES notes (a, b), CONSTRAINT c UNIQUE (note))`);
    expect(table?.name).toBe("order lines");
    expect(table?.columns).toEqual([
        { name: "id", type: "INTEGER", isKey: true, isRequired: true },
        { name: 'customer "id"', type: "INTEGER", isKey: false, isRequired: true },
        { name: "amount", type: "NUMERIC(10 , 2)", isKey: false, isRequired: false },
        { name: "note", type: "TEXT", isKey: false, isRequired: false },
    ]);
    expect(table?.references).toEqual([
        { columns: ['customer "id"'], table: "customers" },
        { columns: ["note", "amount"], table: "notes" },
    ]);
});

it("A key of several columns is the key of each", () => {
    expect(readTable("CREATE TABLE t (a, b, PRIMARY KEY (a, b)) WITHOUT ROWID")?.columns.map((c) => c.isKey)).toEqual([true, true]);
});

it("What makes no table is none", () => {
    expect(readTable("CREATE VIEW v AS SELECT (1)")).toBeNull();
});
