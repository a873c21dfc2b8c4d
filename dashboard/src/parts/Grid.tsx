import { type ColumnDef, flexRender, getCoreRowModel, useReactTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from "react";
import type { Cell } from "../api/documents";

const rowHeight = 28;
const headHeight = 30;

export interface GridColumn {
    id: string;
    title: string;
    head?: ReactNode;
    width: number;
    isNumber?: boolean;
    sort?: "ascending" | "descending" | "none";
    onSort?: () => void;
}

/** One cell: what it shows, and how it looks. */
export interface GridCell {
    show: ReactNode;
    look?: string;
    title?: string;
}

interface GridProps {
    label: string;
    columns: GridColumn[];
    count: number;
    cellAt: (row: number, column: number) => GridCell | null;
    rowLook?: (row: number) => string | undefined;
    onOpen?: (row: number, column: number) => void;
    onActive?: (row: number, column: number) => void;
    onRange?: (first: number, last: number) => void;
    selected?: number | null;
    /** As high as its rows, up to so many. */
    most?: number;
}

/**
 * Rows and columns of any number: only what is seen is drawn. With the keyboard one cell is active; arrows, Home, End and Page keys move it,
 * Enter opens its row.
 */
export function Grid({ label, columns, count, cellAt, rowLook, onOpen, onActive, onRange, selected, most }: GridProps) {
    const id = useId();
    const scroller = useRef<HTMLDivElement>(null);
    const [active, setActive] = useState<[number, number] | null>(null);
    const table = useReactTable({
        data: useMemo<object[]>(() => [], []),
        columns: useMemo<ColumnDef<object>[]>(() => columns.map((c) => ({ id: c.id, header: c.title, size: c.width })), [columns]),
        getCoreRowModel: getCoreRowModel(),
        columnResizeMode: "onChange",
        enableColumnResizing: true,
        defaultColumn: { minSize: 30, maxSize: 1200 },
    });
    const rows = useVirtualizer({
        count,
        getScrollElement: () => scroller.current,
        estimateSize: () => rowHeight,
        overscan: 12,
        paddingStart: headHeight,
    });
    const heads = table.getHeaderGroups()[0]?.headers ?? [];
    const widths = heads.map((head) => head.getSize());
    const width = widths.reduce((sum, w) => sum + w, 0);
    const items = rows.getVirtualItems();
    const first = items[0]?.index ?? 0;
    const last = items.at(-1)?.index ?? 0;

    useEffect(() => onRange?.(first, last), [first, last, onRange]);

    function move(row: number, column: number) {
        const to: [number, number] = [Math.max(0, Math.min(count - 1, row)), Math.max(0, Math.min(columns.length - 1, column))];
        setActive(to);
        onActive?.(...to);
        rows.scrollToIndex(to[0]);
        const left = widths.slice(0, to[1]).reduce((sum, w) => sum + w, 0);
        const box = scroller.current;
        if (!box) return;
        if (left < box.scrollLeft) box.scrollLeft = left;
        const right = left + (widths[to[1]] ?? 0);
        if (right > box.scrollLeft + box.clientWidth) box.scrollLeft = right - box.clientWidth;
    }

    function onKeyDown(event: KeyboardEvent) {
        if (event.target !== scroller.current || count === 0) return;
        const [row, column] = active ?? [-1, 0];
        const page = Math.max(1, Math.floor((scroller.current.clientHeight - headHeight) / rowHeight) - 1);
        const isFar = event.ctrlKey || event.metaKey;
        const steps = new Map<string, () => void>([
            ["ArrowDown", () => move(row + 1, column)],
            ["ArrowUp", () => move(row - 1, column)],
            ["ArrowLeft", () => move(Math.max(row, 0), column - 1)],
            ["ArrowRight", () => move(Math.max(row, 0), column + 1)],
            ["PageDown", () => move(row + page, column)],
            ["PageUp", () => move(row - page, column)],
            ["Home", () => move(isFar ? 0 : Math.max(row, 0), 0)],
            ["End", () => move(isFar ? count - 1 : Math.max(row, 0), columns.length - 1)],
            ["Enter", () => onOpen?.(Math.max(row, 0), column)],
        ]);
        const step = steps.get(event.key);
        if (!step) return;
        event.preventDefault();
        step();
    }

    const height = most === undefined ? undefined : headHeight + rowHeight * Math.min(count, most) + 14;
    return (
        <div
            className="grid"
            role="grid"
            aria-label={label}
            aria-rowcount={count + 1}
            aria-colcount={columns.length}
            aria-activedescendant={active ? `${id}-${active[0]}-${active[1]}` : undefined}
            tabIndex={0}
            ref={scroller}
            onKeyDown={onKeyDown}
            style={{ height }}
        >
            <div className="grid-body" role="presentation" style={{ height: rows.getTotalSize(), width }}>
                <div className="grid-head" role="row" aria-rowindex={1} style={{ height: headHeight, width }}>
                    {heads.map((head, index) => {
                        const column = columns[index];
                        if (!column) return null;
                        return (
                            <div
                                key={head.id}
                                role="columnheader"
                                aria-colindex={index + 1}
                                aria-sort={column.sort}
                                className="grid-cell"
                                data-number={column.isNumber || undefined}
                                style={{ width: widths[index] }}
                            >
                                {column.onSort ? (
                                    <button type="button" className="sort" onClick={column.onSort}>
                                        {flexRender(column.head ?? column.title, head.getContext())}
                                        <span aria-hidden>{{ ascending: " ↑", descending: " ↓", none: "" }[column.sort ?? "none"]}</span>
                                    </button>
                                ) : (
                                    (column.head ?? column.title)
                                )}
                                {/* biome-ignore lint/a11y/noStaticElementInteractions: for the pointer alone; a cell's text is in its title */}
                                <span className="grip" onMouseDown={head.getResizeHandler()} onTouchStart={head.getResizeHandler()} />
                            </div>
                        );
                    })}
                </div>
                {items.map((item) => (
                    <div
                        key={item.key}
                        role="row"
                        aria-rowindex={item.index + 2}
                        aria-selected={selected === undefined ? undefined : selected === item.index}
                        className="grid-row"
                        data-look={rowLook?.(item.index)}
                        style={{ transform: `translateY(${item.start}px)`, height: rowHeight, width }}
                    >
                        {columns.map((column, at) => {
                            const cell = cellAt(item.index, at);
                            return (
                                // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys for all of its cells
                                <div
                                    key={column.id}
                                    id={`${id}-${item.index}-${at}`}
                                    role="gridcell"
                                    tabIndex={-1}
                                    aria-colindex={at + 1}
                                    className="grid-cell"
                                    data-number={column.isNumber || undefined}
                                    data-look={cell?.look}
                                    data-active={(active?.[0] === item.index && active[1] === at) || undefined}
                                    title={cell?.title}
                                    style={{ width: widths[at] }}
                                    onMouseDown={(event) => {
                                        event.preventDefault();
                                        scroller.current?.focus({ preventScroll: true });
                                    }}
                                    onClick={() => {
                                        setActive([item.index, at]);
                                        onActive?.(item.index, at);
                                        onOpen?.(item.index, at);
                                    }}
                                >
                                    {cell?.show}
                                </div>
                            );
                        })}
                    </div>
                ))}
            </div>
        </div>
    );
}

/** A value as a text; null and bytes are told apart from texts by how they look. */
export function plain(cell: Cell | undefined): string {
    if (cell === null || cell === undefined) return "NULL";
    if (typeof cell === "object")
        return cell.type === "text" ? "text that is not UTF-8" : `${Math.floor((cell.base64.length * 3) / 4)} bytes`;
    return String(cell);
}

export function Value({ cell }: { cell: Cell | undefined }) {
    if (cell === null || cell === undefined) return <i className="null">NULL</i>;
    if (typeof cell === "object") return <i className="null">{plain(cell)}</i>;
    if (cell === "") return <i className="null">empty</i>;
    return <>{String(cell)}</>;
}

/** How wide a column has to be for most of what it holds. */
export function widthFor(title: string, cells: Iterable<Cell | undefined>): number {
    let longest = title.length + 2;
    for (const cell of cells) longest = Math.max(longest, Math.min(plain(cell).length, 44));
    return Math.round(Math.min(340, Math.max(64, longest * 7.1 + 22)));
}
