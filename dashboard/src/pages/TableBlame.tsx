import { useMemo, useState } from "react";
import { useDocument } from "../api/client";
import type { BlameCell } from "../api/documents";
import { Ago, CommitLink, Loading, Trouble } from "../parts/basics";
import { Grid, type GridColumn, plain, Value, widthFor } from "../parts/Grid";
import { text } from "../text";
import { AuthorName } from "./CommitDetail";

const t = text.tables;
const rowsAtOnce = 1000;
const shades = 6;

/** Each cell shaded by when it was set: the newer, the stronger. Commits are ranked, so that a day of much work can be told apart, too. */
export function TableBlame({ table, at }: { table: string; at: string }) {
    const blame = useDocument("/api/v1/blame", { table, at, limit: rowsAtOnce });
    const [cell, setCell] = useState<{ name: string; cell: BlameCell } | null>(null);
    const rows = blame.data?.rows;
    const names = useMemo(() => Object.keys(rows?.[0]?.cells ?? {}), [rows]);
    const columns = useMemo<GridColumn[]>(
        () =>
            names.map((name) => ({
                id: name,
                title: name,
                width: widthFor(name, rows?.slice(0, 80).map((row) => row.cells[name]?.value) ?? []),
                isNumber:
                    rows?.slice(0, 80).every((row) => row.cells[name]?.value === null || typeof row.cells[name]?.value === "number") ??
                    false,
            })),
        [names, rows],
    );
    const shadeOf = useMemo(() => {
        const times = [...new Set(rows?.flatMap((row) => Object.values(row.cells).map((c) => c.time)) ?? [])].sort();
        return new Map(times.map((time, rank) => [time, times.length < 2 ? 0 : Math.round((rank / (times.length - 1)) * (shades - 1))]));
    }, [rows]);
    if (blame.error) return <Trouble error={blame.error} />;
    if (!rows) return <Loading />;
    return (
        <div className="table-main blame">
            <div className="filters">
                <span className="legend">
                    <span className="faint">{t.older}</span>
                    {Array.from({ length: shades }, (_, shade) => (
                        // biome-ignore lint/suspicious/noArrayIndexKey: the shade is its place
                        <i key={shade} data-shade={shade} />
                    ))}
                    <span className="faint">{t.newer}</span>
                </span>
                <p className="blame-of" role="status">
                    {cell ? (
                        <>
                            <b>{cell.name}</b> <CommitLink id={cell.cell.commit} /> <AuthorName author={cell.cell.author} />,{" "}
                            <Ago time={cell.cell.time} />
                            {cell.cell.task && <span className="faint"> {cell.cell.task}</span>}
                        </>
                    ) : (
                        <span className="faint">{t.chooseCell}</span>
                    )}
                </p>
                {blame.data?.truncated && <span className="faint end">{t.firstRows(rows.length)}</span>}
            </div>
            <Grid
                label={`${table}: ${t.blame}`}
                columns={columns}
                count={rows.length}
                onActive={(row, column) => {
                    const name = names[column] ?? "";
                    const found = rows[row]?.cells[name];
                    if (found) setCell({ name, cell: found });
                }}
                cellAt={(row, column) => {
                    const found = rows[row]?.cells[names[column] ?? ""];
                    return found
                        ? { show: <Value cell={found.value} />, look: `shade-${shadeOf.get(found.time) ?? 0}`, title: plain(found.value) }
                        : null;
                }}
            />
        </div>
    );
}
