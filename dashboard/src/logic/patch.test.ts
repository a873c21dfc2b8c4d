import { expect, it } from "vitest";
import { definitionPatch, readPatch } from "./patch";

it("A patch becomes lines with the numbers of both files", () => {
    const lines = readPatch(
        "--- before/a\n+++ after/a\n@@ -1,2 +1,3 @@\n one\n-two\n+2\n+3\n@@ -9 +10 @@ part\n nine\n\\ No newline at end of file\n",
    );
    expect(lines.map((line) => [line.kind, line.text, line.before, line.after])).toEqual([
        ["same", "one", 1, 1],
        ["deleted", "two", 2, null],
        ["added", "2", null, 2],
        ["added", "3", null, 3],
        ["gap", "part", null, null],
        ["same", "nine", 9, 10],
    ]);
});

it("A line of the file that looks like a name of a file is a line of the file", () => {
    expect(readPatch("--- a\n+++ b\n@@ -1 +1 @@\n--- x\n+++ y\n").map((line) => line.text)).toEqual(["-- x", "++ y"]);
});

it("Of a definition only the lines between its like beginning and end are changed", () => {
    const { patch } = definitionPatch("CREATE TABLE t (\n  a,\n  b\n)", "CREATE TABLE t (\n  a,\n  b,\n  c\n)");
    expect(readPatch(patch).map((line) => [line.kind, line.text])).toEqual([
        ["same", "CREATE TABLE t ("],
        ["same", "  a,"],
        ["deleted", "  b"],
        ["added", "  b,"],
        ["added", "  c"],
        ["same", ")"],
    ]);
});
