import { describe, expect, it } from "vitest";
import { layOut } from "./lanes";

const lanesOf = (...commits: [string, ...string[]][]) => layOut(commits.map(([id, ...parents]) => ({ id, parents })));

describe("the lanes of the commit graph", () => {
    it("keep a straight history in one lane", () => {
        const rows = lanesOf(["c", "b"], ["b", "a"], ["a"]);
        expect(rows.map((row) => row.lane)).toEqual([0, 0, 0]);
        expect(rows[0]?.above).toEqual([]);
        expect(rows[1]?.above).toEqual([{ from: 0, to: 0, lane: 0 }]);
        expect(rows[2]?.below).toEqual([]);
    });

    it("give the second parent of a merge a lane of its own, which joins again at the base", () => {
        const rows = lanesOf(["m", "a", "b"], ["b", "base"], ["a", "base"], ["base"]);
        expect(rows.map((row) => row.lane)).toEqual([0, 1, 0, 0]);
        expect(rows[0]?.below).toEqual([
            { from: 0, to: 0, lane: 0 },
            { from: 0, to: 1, lane: 1 },
        ]);
        expect(rows[3]?.above).toEqual([
            { from: 0, to: 0, lane: 0 },
            { from: 1, to: 0, lane: 1 },
        ]);
    });

    it("use an empty lane again", () => {
        const rows = lanesOf(["m2", "m1", "y"], ["y", "m1"], ["m1", "a", "x"], ["x", "a"], ["a"]);
        expect(Math.max(...rows.map((row) => row.width))).toBe(2);
    });

    it("stay quick with ten thousand commits", () => {
        const commits = Array.from({ length: 10_000 }, (_, n) => ({
            id: String(n),
            parents: n % 3 ? [String(n + 1)] : [String(n + 1), String(n + 2)],
        }));
        expect(layOut(commits)).toHaveLength(10_000);
    });
});
