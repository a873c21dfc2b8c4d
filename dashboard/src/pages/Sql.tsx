import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { SQLite, sql } from "@codemirror/lang-sql";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, keymap, placeholder } from "@codemirror/view";
import { Play } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useDocument } from "../api/client";
import { count } from "../format";
import type { Table } from "../logic/ddl";
import { Loading, Trouble } from "../parts/basics";
import { codeTheme, highlighting, mount } from "../parts/Code";
import { Grid, type GridColumn, plain, Value, widthFor } from "../parts/Grid";
import { text } from "../text";

const t = text.tables;
const kept = "sql";

function remember(statement: string): void {
    try {
        sessionStorage.setItem(kept, statement);
    } catch {
        // Then it is typed again.
    }
}

function remembered(): string {
    try {
        return sessionStorage.getItem(kept) ?? "";
    } catch {
        return "";
    }
}

function Editor({ tables, onRun, read }: { tables: Table[]; onRun: () => void; read: (view: EditorView) => void }) {
    const host = useRef<HTMLDivElement>(null);
    const run = useRef(onRun);
    run.current = onRun;
    const runNow = useCallback(() => {
        run.current();
        return true;
    }, []);
    useEffect(() => {
        if (!host.current) return;
        const schema = Object.fromEntries(tables.map((table) => [table.name, table.columns.map((column) => column.name)]));
        const view = mount(
            host.current,
            EditorState.create({
                doc: remembered(),
                extensions: [
                    Prec.highest(keymap.of([{ key: "Mod-Enter", run: runNow }])),
                    history(),
                    keymap.of([...defaultKeymap, ...historyKeymap]),
                    sql({ dialect: SQLite, schema }),
                    placeholder(t.sqlHint),
                    EditorView.contentAttributes.of({ "aria-label": t.statement }),
                    EditorView.lineWrapping,
                    codeTheme,
                    highlighting,
                ],
            }),
        );
        read(view);
        return () => view.destroy();
    }, [tables, read, runNow]);
    return <div className="code" ref={host} />;
}

/** One reading statement, at any revision. */
export function Sql({ at, tables }: { at: string; tables: Table[] }) {
    const view = useRef<EditorView>(null);
    const [statement, setStatement] = useState(remembered);
    const answer = useDocument("/api/v1/query", { sql: statement, at }, { enabled: statement.trim() !== "", keep: true });
    const setView = useCallback((made: EditorView) => {
        view.current = made;
    }, []);
    function run() {
        const typed = view.current?.state.doc.toString() ?? "";
        remember(typed);
        if (typed === statement) void answer.refetch();
        else setStatement(typed);
    }
    const columns = useMemo<GridColumn[]>(
        () =>
            (answer.data?.columns ?? []).map((column, index) => ({
                id: `${index} ${column.name}`,
                title: column.name,
                width: widthFor(column.name, answer.data?.rows.slice(0, 80).map((row) => row[index]) ?? []),
                isNumber: answer.data?.rows.slice(0, 80).every((row) => row[index] === null || typeof row[index] === "number") ?? false,
            })),
        [answer.data],
    );
    return (
        <div className="sql">
            <div className="sql-editor">
                <Editor tables={tables} onRun={run} read={setView} />
                <div className="filters">
                    <button type="button" className="button" data-main onClick={run}>
                        <Play size={13} aria-hidden /> {t.run}
                    </button>
                    <span className="faint">{t.runKeys}</span>
                    {answer.data && (
                        <span className="faint end">{t.rowCount(count(answer.data.rows.length), answer.data.rows.length)}</span>
                    )}
                </div>
            </div>
            {answer.error && <Trouble error={answer.error} />}
            {answer.isLoading && <Loading />}
            {answer.data && !answer.error && (
                <Grid
                    label={t.result}
                    columns={columns}
                    count={answer.data.rows.length}
                    cellAt={(row, column) => {
                        const cell = answer.data?.rows[row]?.[column];
                        return { show: <Value cell={cell} />, title: plain(cell) };
                    }}
                />
            )}
        </div>
    );
}
