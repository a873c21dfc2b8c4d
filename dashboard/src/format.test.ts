import { describe, expect, it } from "vitest";
import { ago, percent, seconds } from "./format";

describe("figures", () => {
    it("never round up to the whole", () => {
        expect([1, 0.9999, 0.9946, 0, null].map(percent)).toEqual(["100%", "99.9%", "99.5%", "0%", "–"]);
    });

    it("tell times with the unit that fits", () => {
        expect([0.0071, 3.51, 75].map(seconds)).toEqual(["7 ms", "3.5 s", "1 min 15 s"]);
    });

    it("tell how long ago a moment was, and after a week its date", () => {
        const now = Date.parse("2026-01-31T12:00:00Z");
        const past = ["2026-01-31T11:59:55Z", "2026-01-31T11:58:30Z", "2026-01-30T11:00:00Z", "2026-01-10T12:00:00Z"];
        expect(past.map((time) => ago(time, now))).toEqual(["just now", "1 min. ago", "1 day ago", "10 Jan 2026"]);
    });
});
