import * as Tabs from "@radix-ui/react-tabs";
import { ChevronLeft, Eye, Table2 } from "lucide-react";
import { type FormEvent, lazy, Suspense, useEffect, useState } from "react";
import { Link, useLocation, useRoute, useSearchParams } from "wouter";
import { count } from "../format";
import { nameIn } from "../logic/path";
import { Loading, Trouble } from "../parts/basics";
import { text } from "../text";
import { RevisionNames } from "./Compare";
import { SchemaPicture } from "./SchemaPicture";
import { TableBlame } from "./TableBlame";
import { TableRows } from "./TableRows";
import { type SchemaObject, useCounts, useSchema } from "./tableData";

const Patch = lazy(() => import("../parts/Code").then((code) => ({ default: code.Patch })));
const Sql = lazy(() => import("./Sql").then((page) => ({ default: page.Sql })));
const t = text.tables;

function RevisionForm({ at, onChange }: { at: string; onChange: (at: string) => void }) {
    const [typed, setTyped] = useState(at);
    useEffect(() => setTyped(at), [at]);
    function submit(event: FormEvent) {
        event.preventDefault();
        onChange(typed.trim() || "main");
    }
    return (
        <form className="at" onSubmit={submit}>
            <RevisionNames id="table-revisions" />
            <label>
                {t.at}
                <input
                    className="field mono"
                    list="table-revisions"
                    value={typed}
                    title={t.atHint}
                    onChange={(event) => setTyped(event.target.value)}
                    onBlur={() => onChange(typed.trim() || "main")}
                />
            </label>
        </form>
    );
}

/** A statement as code: everything in it is there. */
function Definition({ objects }: { objects: SchemaObject[] }) {
    return (
        <div className="definitions">
            {objects.map((object) => (
                <section key={`${object.type} ${object.name}`} className="panel">
                    <header>
                        <h2 className="mono">{object.name}</h2>
                        <span className="faint">{object.type}</span>
                    </header>
                    {object.sql && (
                        <Patch path={`${object.name}.sql`} status="added" patch={`@@ -0,0 +1 @@\n${object.sql.replaceAll(/^/gm, "+")}`} />
                    )}
                </section>
            ))}
        </div>
    );
}

function TablePage({ name, at, objects }: { name: string; at: string; objects: SchemaObject[] }) {
    const object = objects.find((o) => o.name === name && (o.type === "table" || o.type === "view"));
    if (!object) return <p className="quiet">{t.notThere(name, at)}</p>;
    const isTable = object.type === "table";
    return (
        <Tabs.Root key={`${name} ${at}`} defaultValue="rows" className="table-page">
            <div className="table-head">
                <h2 className="title mono">{name}</h2>
                <Tabs.List className="tabs" aria-label={name}>
                    <Tabs.Trigger value="rows">{t.rows}</Tabs.Trigger>
                    {isTable && <Tabs.Trigger value="blame">{t.blame}</Tabs.Trigger>}
                    <Tabs.Trigger value="definition">{t.definition}</Tabs.Trigger>
                </Tabs.List>
            </div>
            <Tabs.Content value="rows" className="table-tab" tabIndex={-1}>
                <TableRows table={name} at={at} />
            </Tabs.Content>
            <Tabs.Content value="blame" className="table-tab" tabIndex={-1}>
                <TableBlame table={name} at={at} />
            </Tabs.Content>
            <Tabs.Content value="definition" className="table-tab" tabIndex={-1}>
                <Definition objects={objects.filter((o) => o.table === name || o.name === name)} />
            </Tabs.Content>
        </Tabs.Root>
    );
}

function TableList({
    objects,
    current,
    hrefOf,
    at,
}: {
    objects: SchemaObject[];
    current: string | undefined;
    hrefOf: (name: string) => string;
    at: string;
}) {
    const shown = objects.filter((object) => object.type === "table" || object.type === "view");
    const counts = useCounts(
        at,
        shown.filter((object) => object.type === "table").map((object) => object.name),
    );
    return (
        <nav className="list table-list" aria-label={t.tables}>
            <ul>
                {shown.map((object) => {
                    const rows = counts.get(object.name);
                    const Icon = object.type === "view" ? Eye : Table2;
                    return (
                        <li key={object.name}>
                            <Link href={hrefOf(object.name)} aria-current={object.name === current ? "page" : undefined}>
                                <Icon size={14} aria-label={object.type} />
                                <span className="cut">{object.name}</span>
                                <span className="faint number">{typeof rows === "number" ? count(rows) : ""}</span>
                            </Link>
                        </li>
                    );
                })}
            </ul>
        </nav>
    );
}

/** Any table, at any revision. */
export function Tables() {
    const [, params] = useRoute("/tables/:name");
    const [path] = useLocation();
    const [search, setSearch] = useSearchParams();
    const at = search.get("at") || "main";
    const schema = useSchema(at);
    const isSql = path === "/sql";
    const name = params?.name ? nameIn(params.name) : undefined;
    const query = at === "main" ? "" : `?at=${encodeURIComponent(at)}`;
    const hrefOf = (table: string) => `/tables/${encodeURIComponent(table)}${query}`;
    return (
        <>
            <div className="sub-nav">
                <h1 className="hidden">{text.nav.tables}</h1>
                <nav className="tabs" aria-label={t.ways}>
                    <Link href={`/tables${query}`} aria-current={isSql ? undefined : "page"}>
                        {t.tables}
                    </Link>
                    <Link href={`/sql${query}`} aria-current={isSql ? "page" : undefined}>
                        {t.sql}
                    </Link>
                </nav>
                <RevisionForm at={at} onChange={(to) => to !== at && setSearch(to === "main" ? {} : { at: to })} />
            </div>
            {schema.error && <Trouble error={schema.error} />}
            <div className="split tables" data-open={name !== undefined || isSql || undefined}>
                {schema.objects ? (
                    <TableList objects={schema.objects} current={name} hrefOf={hrefOf} at={at} />
                ) : (
                    !schema.error && <Loading />
                )}
                <section className="detail flush" aria-label={name ?? (isSql ? t.sql : t.picture)}>
                    {(name !== undefined || isSql) && (
                        <Link href={`/tables${query}`} className="back">
                            <ChevronLeft size={16} aria-hidden /> {t.back}
                        </Link>
                    )}
                    <Suspense fallback={<Loading />}>
                        {isSql && <Sql at={at} tables={schema.tables ?? []} />}
                        {!isSql && name !== undefined && schema.objects && <TablePage name={name} at={at} objects={schema.objects} />}
                        {!isSql && name === undefined && schema.tables && <SchemaPicture tables={schema.tables} hrefOf={hrefOf} />}
                    </Suspense>
                </section>
            </div>
        </>
    );
}
