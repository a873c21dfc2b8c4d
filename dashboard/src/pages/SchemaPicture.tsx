import { graphlib, layout } from "@dagrejs/dagre";
import { useMemo } from "react";
import { useLocation } from "wouter";
import type { Table } from "../logic/ddl";
import { text } from "../text";

const rowHeight = 20;
const headHeight = 28;

interface Box {
    table: Table;
    x: number;
    y: number;
    width: number;
    height: number;
}

function arrange(tables: Table[]) {
    const graph = new graphlib.Graph();
    graph.setGraph({ rankdir: "LR", nodesep: 28, ranksep: 72, marginx: 8, marginy: 8 });
    graph.setDefaultEdgeLabel(() => ({}));
    for (const table of tables) {
        const longest = Math.max(table.name.length + 2, ...table.columns.map((c) => c.name.length + c.type.length + 4));
        graph.setNode(table.name, { width: Math.min(320, longest * 7 + 24), height: headHeight + table.columns.length * rowHeight + 6 });
    }
    const known = new Set(tables.map((table) => table.name));
    for (const table of tables)
        for (const to of table.references) if (known.has(to.table) && to.table !== table.name) graph.setEdge(table.name, to.table);
    layout(graph);
    const boxes: Box[] = tables.map((table) => {
        const node = graph.node(table.name);
        return { table, x: node.x - node.width / 2, y: node.y - node.height / 2, width: node.width, height: node.height };
    });
    const { width = 0, height = 0 } = graph.graph();
    return { boxes, width, height };
}

/** From the column that refers to the table that it refers to. */
function lines(boxes: Box[]) {
    const boxOf = new Map(boxes.map((box) => [box.table.name, box]));
    return boxes.flatMap((from) =>
        from.table.references.flatMap((reference) => {
            const to = boxOf.get(reference.table);
            if (!to || to === from) return [];
            const column = from.table.columns.findIndex((c) => c.name === reference.columns[0]);
            const y1 = from.y + headHeight + column * rowHeight + rowHeight / 2;
            const y2 = to.y + headHeight / 2;
            const isRight = to.x > from.x + from.width;
            const x1 = isRight ? from.x + from.width : from.x;
            const x2 = isRight ? to.x : to.x + to.width;
            const bend = Math.max(30, Math.abs(x2 - x1) / 2) * (isRight ? 1 : -1);
            return [
                {
                    key: `${from.table.name}.${reference.columns}`,
                    d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`,
                    x2,
                    y2,
                },
            ];
        }),
    );
}

/** Tables and what refers to what. */
export function SchemaPicture({ tables, hrefOf }: { tables: Table[]; hrefOf: (table: string) => string }) {
    const { boxes, width, height } = useMemo(() => arrange(tables), [tables]);
    const edges = useMemo(() => lines(boxes), [boxes]);
    const [, go] = useLocation();
    return (
        <div className="picture">
            <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
                <title>{text.tables.picture}</title>
                {edges.map((edge) => (
                    <g key={edge.key} className="edge">
                        <path d={edge.d} />
                        <circle cx={edge.x2} cy={edge.y2} r={3} />
                    </g>
                ))}
                {boxes.map(({ table, ...box }) => (
                    <a
                        key={table.name}
                        className="box"
                        href={hrefOf(table.name)}
                        onClick={(event) => {
                            event.preventDefault();
                            go(hrefOf(table.name));
                        }}
                    >
                        <g transform={`translate(${box.x} ${box.y})`}>
                            <rect width={box.width} height={box.height} rx={5} />
                            <line x1={0} x2={box.width} y1={headHeight} y2={headHeight} />
                            <text className="name" x={10} y={19}>
                                {table.name}
                            </text>
                            {table.columns.map((column, index) => (
                                <g key={column.name} transform={`translate(0 ${headHeight + index * rowHeight + 15})`}>
                                    <text x={10} className={column.isKey ? "key" : undefined}>
                                        {column.name}
                                    </text>
                                    <text x={box.width - 10} className="type">
                                        {column.type.toLowerCase()}
                                    </text>
                                </g>
                            ))}
                        </g>
                    </a>
                ))}
            </svg>
        </div>
    );
}
