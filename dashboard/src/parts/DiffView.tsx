import * as Tabs from "@radix-ui/react-tabs";
import { lazy, Suspense, useMemo, useState } from "react";
import { useDocument } from "../api/client";
import type { Diff, FileChange, Row, RowChange, SchemaChange, TableDiff } from "../api/documents";
import { count } from "../format";
import { definitionPatch } from "../logic/patch";
import { text } from "../text";
import { Counts, Loading, Trouble } from "./basics";
import { Grid, type GridCell, type GridColumn, plain, Value, widthFor } from "./Grid";

const Patch = lazy(() => import("./Code").then((code) => ({ default: code.Patch })));
const t = text.diff;
const rowsAtOnce = 1000;

const same = (a: unknown, b: unknown) => a === b || JSON.stringify(a) === JSON.stringify(b);

function columnsOf(rows: RowChange[]): string[] {
    const names = new Set<string>();
    for (const row of rows) for (const name of Object.keys({ ...row.before, ...row.after })) names.add(name);
    return [...names];
}

function cellOf(change: RowChange, column: string): GridCell {
    const before = change.before?.[column];
    const after = change.after?.[column];
    if (change.before && change.after && !same(before, after)) {
        return {
            look: "changed",
            title: [before, after].flatMap((side) => (side === undefined ? [] : [plain(side)])).join(" → "),
            show: (
                <>
                    {before !== undefined && (
                        <del className="was">
                            <Value cell={before} />
                        </del>
                    )}
                    {after !== undefined && (
                        <ins className="is">
                            <Value cell={after} />
                        </ins>
                    )}
                </>
            ),
        };
    }
    const cell = change.after ? after : before;
    return { show: <Value cell={cell} />, title: plain(cell) };
}

const kindOf = (change: RowChange) =>
    change.before === null ? "added" : change.after === null ? "deleted" : change.moved ? "moved" : "modified";
const signs = { added: "+", deleted: "−", modified: "~", moved: "→" };

/** The changed rows of one table, each changed cell with what it was. */
function Rows({ name, rows }: { name: string; rows: RowChange[] }) {
    const names = useMemo(() => columnsOf(rows), [rows]);
    const columns = useMemo<GridColumn[]>(() => {
        const sample = rows.slice(0, 60);
        const of = (side: Row | null, column: string) => side?.[column];
        return [
            { id: "\0kind", title: t.change, head: <span className="hidden">{t.change}</span>, width: 34 },
            ...names.map((column) => {
                const both = sample.filter((row) => row.before && row.after && !same(of(row.before, column), of(row.after, column)));
                const width = widthFor(
                    column,
                    sample.flatMap((row) => [of(row.before, column), of(row.after, column)]),
                );
                const wide = both.length
                    ? widthFor(
                          column,
                          both.map((row) => `${plain(of(row.before, column))}   ${plain(of(row.after, column))}`),
                      )
                    : 0;
                const isNumber = sample.every((row) => typeof ((row.after ?? row.before)?.[column] ?? 0) === "number");
                return { id: column, title: column, width: Math.max(width, wide), isNumber };
            }),
        ];
    }, [rows, names]);
    return (
        <Grid
            label={name}
            columns={columns}
            count={rows.length}
            most={18}
            rowLook={(row) => {
                const kind = rows[row] && kindOf(rows[row]);
                return kind === "added" || kind === "deleted" ? kind : undefined;
            }}
            cellAt={(row, column) => {
                const change = rows[row];
                if (!change) return null;
                if (column === 0) {
                    const kind = kindOf(change);
                    return {
                        look: "sign",
                        title: t.kinds[kind],
                        show: (
                            <span className={{ added: "plus", deleted: "minus", modified: "tilde", moved: "tilde" }[kind]}>
                                <span aria-hidden>{signs[kind]}</span>
                                <span className="hidden">{t.kinds[kind]}</span>
                            </span>
                        ),
                    };
                }
                return cellOf(change, names[column - 1] ?? "");
            }}
        />
    );
}

function TablePart({ table, before, after }: { table: TableDiff; before: string | null; after: string }) {
    // A review shows the first rows only; the rest is asked for when the table is looked at.
    const canAsk = table.truncated && before !== null;
    const more = useDocument(
        "/api/v1/diff",
        { a: before ?? "", b: after, table: table.name, limit: rowsAtOnce },
        { enabled: canAsk, fixed: after !== "live" },
    );
    const whole = more.data?.tables.find((other) => other.name === table.name) ?? table;
    return (
        <section className="panel diff-table">
            <header>
                <h3 className="mono">{table.name}</h3>
                {table.status !== "changed" && <span className="faint">{table.status}</span>}
                <Counts added={table.added} modified={table.modified} deleted={table.deleted} />
                {table.moved > 0 && <span className="tilde">{t.moved(table.moved)}</span>}
                {whole.truncated && <span className="faint end">{t.firstRows(count(whole.rows.length))}</span>}
            </header>
            {more.error && <Trouble error={more.error} />}
            {whole.rows.length > 0 && <Rows name={table.name} rows={whole.rows} />}
        </section>
    );
}

function Definition({ change }: { change: SchemaChange }) {
    const patch = useMemo(() => definitionPatch(change.before, change.after), [change.before, change.after]);
    return (
        <section className="panel">
            <header>
                <h3 className="mono">{change.object}</h3>
                <span className="faint">{change.kind}</span>
            </header>
            <Patch path={`${change.object}.sql`} {...patch} />
        </section>
    );
}

export function statusSign(status: string) {
    const [look, sign] = { added: ["plus", "+"], deleted: ["minus", "−"] }[status] ?? ["tilde", "~"];
    return (
        <span className={`${look} file-sign`}>
            <span aria-hidden>{sign}</span>
            <span className="hidden">{status}</span>
        </span>
    );
}

/** The part of all paths that is the same, which then need not be read again and again. */
export function commonFolder(files: FileChange[]): string {
    const [first, ...others] = files.map((file) => file.path.split("/").slice(0, -1));
    if (!first) return "";
    let depth = first.length;
    for (const other of others) while (first.slice(0, depth).some((part, at) => part !== other[at])) depth--;
    return depth ? `${first.slice(0, depth).join("/")}/` : "";
}

/** Files on one side, the one that is looked at on the other. */
export function Files({ files }: { files: FileChange[] }) {
    const [chosen, setChosen] = useState<string>();
    const folder = useMemo(() => commonFolder(files), [files]);
    const file = files.find((f) => f.path === chosen) ?? files.find((f) => f.path.endsWith("metadata.json")) ?? files[0];
    if (!file) return <p className="quiet">{t.noFiles}</p>;
    return (
        <div className="panel files">
            <nav aria-label={t.files}>
                {folder && <p className="faint cut folder">{folder}</p>}
                <ul>
                    {files.map((f) => (
                        <li key={f.path}>
                            <button
                                type="button"
                                className="file"
                                aria-current={f === file ? "true" : undefined}
                                onClick={() => setChosen(f.path)}
                            >
                                {statusSign(f.status)}
                                <span className="cut">{f.path.slice(folder.length)}</span>
                            </button>
                        </li>
                    ))}
                </ul>
            </nav>
            {file.patch ? <Patch path={file.path} status={file.status} patch={file.patch} /> : <p className="quiet">{t.noText}</p>}
        </div>
    );
}

/** What is different between two states: rows, definitions, files. */
export function DiffView({ diff }: { diff: Diff }) {
    const parts = [
        { id: "rows", label: t.rows, count: diff.tables.length },
        { id: "schema", label: t.schema, count: diff.schema.length },
        { id: "files", label: t.files, count: diff.files.length },
    ].filter((part) => part.count > 0);
    if (parts.length === 0) return <p className="quiet">{t.nothing}</p>;
    return (
        <Tabs.Root defaultValue={parts[0]?.id ?? ""} className="diff">
            <h2 className="hidden">{t.label}</h2>
            <Tabs.List className="tabs" aria-label={t.label}>
                {parts.map((part) => (
                    <Tabs.Trigger key={part.id} value={part.id}>
                        {part.label}
                        <span className="count">{part.count}</span>
                    </Tabs.Trigger>
                ))}
            </Tabs.List>
            <Suspense fallback={<Loading />}>
                <Tabs.Content value="rows" className="diff-part">
                    {diff.tables.map((table) => (
                        <TablePart key={table.name} table={table} before={diff.before} after={diff.after} />
                    ))}
                </Tabs.Content>
                <Tabs.Content value="schema" className="diff-part">
                    {diff.schema.map((change) => (
                        <Definition key={`${change.kind} ${change.object}`} change={change} />
                    ))}
                </Tabs.Content>
                <Tabs.Content value="files" className="diff-part">
                    <Files files={diff.files} />
                </Tabs.Content>
            </Suspense>
        </Tabs.Root>
    );
}
