import { keepPreviousData, useQueries } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { documentOptions, useDocument } from "../api/client";
import type { Cell } from "../api/documents";
import { readTable } from "../logic/ddl";
import { type Filter, type Sort, selectCount, selectRows } from "../logic/sql";

const pageSize = 200;

/** A page of a browser cannot be higher than about thirty million points: beyond so many rows a filter is needed to see the others. */
export const mostRows = 1_000_000;

export interface SchemaObject {
    type: string;
    name: string;
    table: string;
    sql: string;
}

/** Tables, views, indexes and triggers of a revision. */
export function useSchema(at: string) {
    const answer = useDocument("/api/v1/query", {
        sql: "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type <> 'table', name",
        at,
    });
    const objects = useMemo<SchemaObject[] | undefined>(
        () =>
            answer.data?.rows.map(([type, name, table, sql]) => ({
                type: `${type}`,
                name: `${name}`,
                table: `${table}`,
                sql: `${sql ?? ""}`,
            })),
        [answer.data],
    );
    const tables = useMemo(() => objects?.flatMap((o) => (o.type === "table" ? (readTable(o.sql) ?? []) : [])), [objects]);
    return { objects, tables, error: answer.error };
}

/** How many rows tables have, counted one by one. */
export function useCounts(at: string, names: string[]): Map<string, number | null> {
    const counts = useQueries({ queries: names.map((name) => documentOptions("/api/v1/query", { sql: selectCount(name, []), at })) });
    return new Map(names.map((name, index) => [name, (counts[index]?.data?.rows[0]?.[0] as number | undefined) ?? null]));
}

/** Rows of a table at a revision, a page at a time as they come into sight. */
export function useRows(table: string, at: string, filters: readonly Filter[], sort: Sort | null) {
    const [pages, setPages] = useState<number[]>([0]);
    const total = useDocument("/api/v1/query", { sql: selectCount(table, filters), at }, { keep: true });
    const answers = useQueries({
        queries: pages.map((page) => ({
            ...documentOptions("/api/v1/query", { sql: selectRows(table, filters, sort, pageSize, page * pageSize), at }),
            ...(page === 0 ? { placeholderData: keepPreviousData as never } : {}),
        })),
    });
    const first = answers[0];
    const onRange = useCallback((from: number, to: number) => {
        // The first page says which columns there are, wherever somebody looks.
        const wanted = [0];
        for (let page = Math.max(1, Math.floor(from / pageSize)); page <= Math.floor(to / pageSize); page++) wanted.push(page);
        setPages((now) => (now.length === wanted.length && now.every((page, index) => page === wanted[index]) ? now : wanted));
    }, []);
    const rowAt = (index: number): Cell[] | undefined => answers[pages.indexOf(Math.floor(index / pageSize))]?.data?.rows[index % pageSize];
    return {
        columns: first?.data?.columns,
        sample: first?.data?.rows,
        count: Number(total.data?.rows[0]?.[0] ?? 0),
        isPending: total.isPending || (first?.isPending ?? true),
        error: total.error ?? answers.find((answer) => answer.error)?.error,
        rowAt,
        onRange,
    };
}

/** The names of a table's key columns: its history is told by key. Empty for a table without rows. */
export function useKey(table: string, at: string): string[] | undefined {
    const blame = useDocument("/api/v1/blame", { table, at, limit: 1 });
    return useMemo(() => (blame.data ? Object.keys(blame.data.rows[0]?.key ?? {}) : undefined), [blame.data]);
}
