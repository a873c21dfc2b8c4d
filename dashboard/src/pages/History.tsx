import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronLeft } from "lucide-react";
import { type KeyboardEvent, memo, type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { Link, useLocation, useRoute } from "wouter";
import { useDocument } from "../api/client";
import type { Commit } from "../api/documents";
import { type GraphRow, layOut } from "../logic/lanes";
import { nameIn } from "../logic/path";
import { Ago, Loading, RefName, Trouble } from "../parts/basics";
import { text } from "../text";
import { CommitDetail } from "./CommitDetail";

const t = text.history;
const rowHeight = 44;
const laneWidth = 14;
const mostLanes = 8;
const firstCount = 500;

const places = [
    { href: "/history", label: t.commits },
    { href: "/compare", label: t.compare },
    { href: "/tags", label: t.tags },
    { href: "/operations", label: t.operations },
];

/** What all pages of the history have above them. */
export function HistoryFrame({ children }: { children: ReactNode }) {
    const [path] = useLocation();
    return (
        <>
            <div className="sub-nav">
                <h1 className="hidden">{text.nav.history}</h1>
                <nav className="tabs" aria-label={text.nav.history}>
                    {places.map((place) => (
                        <Link key={place.href} href={place.href} aria-current={path.startsWith(place.href) ? "page" : undefined}>
                            {place.label}
                        </Link>
                    ))}
                </nav>
            </div>
            {children}
        </>
    );
}

const x = (lane: number) => Math.min(lane, mostLanes) * laneWidth + 14;
const colour = (lane: number) => `var(--lane-${lane % 6})`;

/** From above or to below: straight, or bent where it changes its lane. */
function curve(from: number, to: number, top: number, bottom: number): string {
    if (from === to) return `M${x(from)} ${top}V${bottom}`;
    const middle = (top + bottom) / 2;
    return `M${x(from)} ${top}C${x(from)} ${middle} ${x(to)} ${middle} ${x(to)} ${bottom}`;
}

const Lanes = memo(function Lanes({ row, width }: { row: GraphRow; width: number }) {
    const half = rowHeight / 2;
    return (
        <svg className="graph" width={width} height={rowHeight} aria-hidden>
            {row.above.map((edge) => (
                <path key={`a${edge.from}`} d={curve(edge.from, edge.to, 0, half)} style={{ stroke: colour(edge.lane) }} />
            ))}
            {row.below.map((edge) => (
                <path
                    key={`b${edge.from}-${edge.to}`}
                    d={curve(edge.from, edge.to, half, rowHeight)}
                    style={{ stroke: colour(edge.lane) }}
                />
            ))}
            <circle cx={x(row.lane)} cy={half} r={5} style={{ fill: colour(row.lane) }} />
        </svg>
    );
});

function CommitRow({ commit, row, width, isCurrent }: { commit: Commit; row: GraphRow | undefined; width: number; isCurrent: boolean }) {
    return (
        <Link href={`/history/${commit.id}`} className="commit-row" aria-current={isCurrent ? "true" : undefined} data-commit={commit.id}>
            {row ? <Lanes row={row} width={width} /> : <span />}
            <span className="cut">
                <span className="line">
                    <span className="cut">{commit.message.split("\n")[0]}</span>
                    {commit.names.map((name) => (
                        <RefName key={name} name={name} />
                    ))}
                </span>
                <span className="who">
                    {commit.author.name}
                    {commit.author.kind !== "human" &&
                        !commit.author.name.includes(t.kinds[commit.author.kind]) &&
                        ` · ${t.kinds[commit.author.kind]}`}
                    {commit.override && ` · ${t.override}`}
                </span>
            </span>
            <span className="when">
                <span className="mono">{commit.id.slice(0, 8)}</span>
                <br />
                <Ago time={commit.time} />
            </span>
        </Link>
    );
}

function CommitList({ current }: { current: string | undefined }) {
    const [table, setTable] = useState("");
    const [isAll, setAll] = useState(true);
    const [limit, setLimit] = useState(firstCount);
    const log = useDocument("/api/v1/log", { limit, all: isAll, ...(table ? { table } : {}) }, { keep: true });
    const [, go] = useLocation();
    const commits = log.data?.commits;
    // Commits of one table are not each other's parents, so there is no graph of them.
    const rows = useMemo(() => (commits && !table ? layOut(commits) : []), [commits, table]);
    const width = Math.min(mostLanes + 1, Math.max(1, ...rows.map((row) => row.width))) * laneWidth + 14;
    const scroller = useRef<HTMLDivElement>(null);
    const list = useVirtualizer({
        count: commits?.length ?? 0,
        getScrollElement: () => scroller.current,
        estimateSize: () => rowHeight,
        overscan: 20,
        // A row is the same row when commits come in above it.
        getItemKey: (index) => commits?.[index]?.id ?? index,
    });
    const items = list.getVirtualItems();
    const last = items.at(-1)?.index ?? 0;
    useEffect(() => {
        if (commits && commits.length >= limit && last > limit - 100) setLimit(limit * 2);
    }, [commits, last, limit]);

    function onKeyDown(event: KeyboardEvent) {
        const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
        if (!step || !commits || (event.target as HTMLElement).tagName === "INPUT") return;
        event.preventDefault();
        const focused = (document.activeElement as HTMLElement | null)?.dataset.commit ?? current;
        const at = Math.max(0, Math.min(commits.length - 1, commits.findIndex((commit) => commit.id === focused) + step));
        const id = commits[at]?.id;
        if (!id) return;
        list.scrollToIndex(at);
        requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-commit="${id}"]`)?.focus());
        if (matchMedia("(min-width: 60rem)").matches) go(`/history/${id}`, { replace: true });
    }

    return (
        <section className="list" aria-label={t.commits}>
            <div className="filters">
                <label>
                    <input type="checkbox" checked={isAll} onChange={(event) => setAll(event.target.checked)} />
                    {t.allBranches}
                </label>
                <label className="end">
                    <span className="hidden">{t.table}</span>
                    <input
                        className="field"
                        type="search"
                        placeholder={t.tableHint}
                        defaultValue={table}
                        onKeyDown={(event) => event.key === "Enter" && setTable(event.currentTarget.value.trim())}
                        onBlur={(event) => setTable(event.currentTarget.value.trim())}
                    />
                </label>
            </div>
            {log.error && <Trouble error={log.error} />}
            {log.isPending && <Loading />}
            {commits?.length === 0 && <p className="quiet">{t.none}</p>}
            {/* biome-ignore lint/a11y/noStaticElementInteractions: the arrows move between the links in it, which have the focus */}
            <div className="commits" ref={scroller} onKeyDown={onKeyDown}>
                <ul style={{ height: list.getTotalSize() }}>
                    {items.map((item) => {
                        const commit = commits?.[item.index];
                        return (
                            commit && (
                                <li
                                    key={item.key}
                                    style={{ transform: `translateY(${item.start}px)` }}
                                    aria-setsize={commits.length}
                                    aria-posinset={item.index + 1}
                                >
                                    <CommitRow
                                        commit={commit}
                                        row={rows[item.index]}
                                        width={width}
                                        isCurrent={
                                            current !== undefined &&
                                            (commit.id.startsWith(current) ||
                                                commit.names.some((name) => name.replace(/^tag: /, "") === current))
                                        }
                                    />
                                </li>
                            )
                        );
                    })}
                </ul>
            </div>
        </section>
    );
}

/** The history of all branches, and the commit that is looked at. */
export function History() {
    const [, params] = useRoute("/history/:rev");
    const newest = useDocument("/api/v1/log", { limit: 1 });
    const revision = params?.rev ? nameIn(params.rev) : undefined;
    const shown = revision ?? newest.data?.commits[0]?.id;
    return (
        <HistoryFrame>
            <div className="split" data-open={revision !== undefined || undefined}>
                <CommitList current={shown} />
                <section className="detail" aria-label={t.commit}>
                    <Link href="/history" className="back">
                        <ChevronLeft size={16} aria-hidden /> {t.back}
                    </Link>
                    {shown && <CommitDetail key={shown} revision={shown} />}
                </section>
            </div>
        </HistoryFrame>
    );
}
