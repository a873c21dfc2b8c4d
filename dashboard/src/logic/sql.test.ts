import { describe, expect, it } from "vitest";
import { selectRows, writeKey } from "./sql";

describe("statements for rows", () => {
    it("quote whatever a name or a value holds", () => {
        expect(selectRows('a"b', [{ column: "c'd", operator: "is", value: "x' OR 1=1 --" }], null, 10, 0)).toBe(
            `SELECT * FROM "a""b" WHERE "c'd" = 'x'' OR 1=1 --' LIMIT 10 OFFSET 0`,
        );
    });

    it("look for signs that LIKE reads otherwise as they are", () => {
        expect(selectRows("t", [{ column: "c", operator: "contains", value: "5%_\\" }], { column: "c", isDescending: true }, 1, 2)).toBe(
            `SELECT * FROM "t" WHERE "c" LIKE '%5\\%\\_\\\\%' ESCAPE '\\' ORDER BY "c" DESC LIMIT 1 OFFSET 2`,
        );
    });
});

describe("keys", () => {
    it("are written as the command line reads them", () => {
        expect(writeKey([1])).toBe("1");
        expect(writeKey([1, 'a,"b"'])).toBe('1,"a,""b"""');
        expect(writeKey([{ base64: "AA==" }])).toBeNull();
    });
});
