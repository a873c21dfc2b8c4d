import type { Cell } from "../api/documents";

export const operators = ["contains", "is", "isNot", "above", "below", "isNull"] as const;
export type Operator = (typeof operators)[number];

export interface Filter {
    column: string;
    operator: Operator;
    value: string;
}

export interface Sort {
    column: string;
    isDescending: boolean;
}

/** A name as SQL writes it, whatever it holds. */
export const quoteName = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** A text as SQL writes it. A zero byte would end the statement, and no text of a column that is shown has one. */
const quoteText = (value: string) => `'${value.replaceAll("'", "''").replaceAll("\0", "")}'`;

/** What somebody typed, as a number where it is one. */
const literal = (value: string) => (/^-?\d+(\.\d+)?$/.test(value) ? value : quoteText(value));

function condition({ column, operator, value }: Filter): string {
    const name = quoteName(column);
    switch (operator) {
        case "contains":
            return `${name} LIKE ${quoteText(`%${value.replaceAll(/[\\%_]/g, "\\$&")}%`)} ESCAPE '\\'`;
        case "is":
            return `${name} = ${literal(value)}`;
        case "isNot":
            return `${name} IS NOT ${literal(value)}`;
        case "above":
            return `${name} > ${literal(value)}`;
        case "below":
            return `${name} < ${literal(value)}`;
        case "isNull":
            return `${name} IS NULL`;
    }
}

function where(filters: readonly Filter[]): string {
    return filters.length ? ` WHERE ${filters.map(condition).join(" AND ")}` : "";
}

export function selectRows(table: string, filters: readonly Filter[], sort: Sort | null, limit: number, offset: number): string {
    const order = sort ? ` ORDER BY ${quoteName(sort.column)}${sort.isDescending ? " DESC" : ""}` : "";
    return `SELECT * FROM ${quoteName(table)}${where(filters)}${order} LIMIT ${limit} OFFSET ${offset}`;
}

export const selectCount = (table: string, filters: readonly Filter[]) => `SELECT count(*) FROM ${quoteName(table)}${where(filters)}`;

/** A key as blame and history read it: parts with commas between, quoted where a part holds one. Null where a part is bytes or missing. */
export function writeKey(parts: readonly (Cell | undefined)[]): string | null {
    const written: string[] = [];
    for (const part of parts) {
        if (part === null || part === undefined || typeof part === "object") return null;
        const value = String(part);
        written.push(/[",]/.test(value) || (parts.length > 1 && value === "") ? `"${value.replaceAll('"', '""')}"` : value);
    }
    return written.length ? written.join(",") : null;
}
