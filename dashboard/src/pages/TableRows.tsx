import { X } from "lucide-react";
import { type FormEvent, useEffect, useMemo, useState } from "react";
import { count } from "../format";
import { type Filter, type Operator, operators, type Sort, writeKey } from "../logic/sql";
import { Loading, Trouble } from "../parts/basics";
import { Grid, type GridColumn, plain, Value, widthFor } from "../parts/Grid";
import { text } from "../text";
import { RowHistory } from "./RowHistory";
import { mostRows, useKey, useRows } from "./tableData";

const t = text.tables;

function Filters({ columns, filters, onChange }: { columns: string[]; filters: Filter[]; onChange: (filters: Filter[]) => void }) {
    const [operator, setOperator] = useState<Operator>("contains");
    function add(event: FormEvent<HTMLFormElement>) {
        event.preventDefault();
        const given = new FormData(event.currentTarget);
        const value = String(given.get("value") ?? "");
        if (value === "" && operator !== "isNull") return;
        onChange([...filters, { column: String(given.get("column")), operator, value }]);
        event.currentTarget.reset();
        setOperator("contains");
    }
    return (
        <>
            <form className="filter-form" onSubmit={add}>
                <select name="column" className="field" aria-label={t.column}>
                    {columns.map((column) => (
                        <option key={column}>{column}</option>
                    ))}
                </select>
                <select
                    className="field"
                    aria-label={t.operator}
                    value={operator}
                    onChange={(event) => setOperator(event.target.value as Operator)}
                >
                    {operators.map((name) => (
                        <option key={name} value={name}>
                            {t.operators[name]}
                        </option>
                    ))}
                </select>
                {operator !== "isNull" && <input name="value" className="field" aria-label={t.value} placeholder={t.value} />}
                <button type="submit" className="button">
                    {t.filter}
                </button>
            </form>
            {filters.map((filter, index) => (
                <span key={JSON.stringify(filter)} className="chip">
                    {filter.column} {t.operators[filter.operator]} {filter.operator !== "isNull" && <b>{filter.value}</b>}
                    <button type="button" aria-label={t.removeFilter} onClick={() => onChange(filters.filter((_, at) => at !== index))}>
                        <X size={12} aria-hidden />
                    </button>
                </span>
            ))}
        </>
    );
}

/** The rows of a table at a revision, sorted and filtered where they lie; a row opens its history. */
export function TableRows({ table, at }: { table: string; at: string }) {
    const [filters, setFilters] = useState<Filter[]>([]);
    const [sort, setSort] = useState<Sort | null>(null);
    const [opened, setOpened] = useState<{ row: number; key: string | null } | null>(null);
    const rows = useRows(table, at, filters, sort);
    const key = useKey(table, at);
    const { columns, sample } = rows;

    const gridColumns = useMemo<GridColumn[]>(
        () =>
            (columns ?? []).map((column, index) => ({
                id: column.name,
                title: column.name,
                head: (
                    <>
                        {column.name}
                        {key?.includes(column.name) && <span className="key-mark"> {t.key}</span>}
                    </>
                ),
                width: widthFor(
                    column.name + (key?.includes(column.name) ? "   key" : ""),
                    sample?.slice(0, 80).map((row) => row[index]) ?? [],
                ),
                isNumber: /INT|REAL|NUM|DEC|FLOA|DOUB/i.test(column.type ?? "") || false,
                sort: sort?.column !== column.name ? "none" : sort.isDescending ? "descending" : "ascending",
                onSort: () =>
                    setSort(
                        sort?.column !== column.name
                            ? { column: column.name, isDescending: false }
                            : sort.isDescending
                              ? null
                              : { ...sort, isDescending: true },
                    ),
            })),
        [columns, sample, sort, key],
    );

    function keyAt(row: number): string | null {
        const cells = rows.rowAt(row);
        if (!cells || !columns || !key?.length) return null;
        return writeKey(key.map((name) => cells[columns.findIndex((column) => column.name === name)]));
    }

    // A row that is still on its way is opened when it is there; from then on its key counts, wherever the row moves.
    const openedKey = opened && (opened.key ?? keyAt(opened.row));
    useEffect(() => {
        if (opened && opened.key === null && openedKey !== null) setOpened({ row: opened.row, key: openedKey });
    }, [opened, openedKey]);

    return (
        <div className="table-rows" data-open={openedKey !== null || undefined}>
            <div className="table-main">
                <div className="filters">
                    {columns && <Filters columns={columns.map((column) => column.name)} filters={filters} onChange={setFilters} />}
                    <span className="faint end">
                        {t.rowCount(count(rows.count), rows.count)}
                        {rows.count > mostRows && `, ${t.firstRows(mostRows)}`}
                    </span>
                </div>
                {rows.error && <Trouble error={rows.error} />}
                {rows.isPending && !rows.error && <Loading />}
                {columns && (
                    <Grid
                        label={table}
                        columns={gridColumns}
                        count={Math.min(rows.count, mostRows)}
                        onRange={rows.onRange}
                        selected={opened?.row ?? null}
                        onOpen={(row) => setOpened({ row, key: null })}
                        cellAt={(row, column) => {
                            const cells = rows.rowAt(row);
                            return cells
                                ? { show: <Value cell={cells[column]} />, title: plain(cells[column]) }
                                : { show: "…", look: "waiting" };
                        }}
                    />
                )}
            </div>
            {openedKey !== null && <RowHistory table={table} rowKey={openedKey} at={at} onClose={() => setOpened(null)} />}
        </div>
    );
}
