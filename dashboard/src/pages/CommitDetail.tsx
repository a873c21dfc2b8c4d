import { Bot, Cog, Database, User } from "lucide-react";
import { Link } from "wouter";
import { useDocument } from "../api/client";
import type { Author, Commit, Origin } from "../api/documents";
import { fullTime, shortId } from "../format";
import { Ago, CommitLink, CopyButton, Loading, Mark, RefName, Trouble } from "../parts/basics";
import { DiffView } from "../parts/DiffView";
import { Gates } from "../parts/Gates";
import { text } from "../text";

const t = text.history;
const icons = { human: User, agent: Bot, external: Database, system: Cog };
const rowsAtFirst = 200;

export function AuthorName({ author }: { author: Author }) {
    const Icon = icons[author.kind];
    return (
        <span title={author.email}>
            <Icon size={13} aria-label={t.kinds[author.kind]} className="author-icon" /> {author.name}
        </span>
    );
}

function originText(origin: Origin | string): string {
    if (typeof origin === "string") return origin;
    return [origin.kind, origin.commit && shortId(origin.commit)].filter(Boolean).join(" ");
}

function Provenance({ commit }: { commit: Commit }) {
    return (
        <dl className="facts">
            <dt>{t.author}</dt>
            <dd>
                <AuthorName author={commit.author} />, <Ago time={commit.time} /> <span className="faint">({fullTime(commit.time)})</span>
            </dd>
            {commit.parents.length > 0 && (
                <>
                    <dt>{t.parents(commit.parents.length)}</dt>
                    <dd className="ids">
                        {commit.parents.map((parent) => (
                            <span key={parent}>
                                <CommitLink id={parent} />{" "}
                            </span>
                        ))}
                    </dd>
                </>
            )}
            {commit.task && (
                <>
                    <dt>{t.task}</dt>
                    <dd className="mono">{commit.task}</dd>
                </>
            )}
            {commit.origin && (
                <>
                    <dt>{t.origin}</dt>
                    <dd>{originText(commit.origin)}</dd>
                </>
            )}
            {commit.override && (
                <>
                    <dt>{t.override}</dt>
                    <dd className="minus">{commit.override}</dd>
                </>
            )}
        </dl>
    );
}

function EvidencePart({ id }: { id: string }) {
    const evidence = useDocument("/api/v1/evidence/show", { commit: id }, { fixed: true });
    if (evidence.error) return <Trouble error={evidence.error} />;
    if (!evidence.data) return null;
    const report = evidence.data;
    return (
        <section className="panel evidence">
            <header>
                <h2>{t.evidence}</h2>
                <Mark kind={report.passed ? "pass" : "fail"}>{report.passed ? text.status.pass : text.status.fail}</Mark>
                <span className="faint cut">
                    {t.evidenceOf(report.branch, report.sandbox)}
                    {report.fileEdited && ` · ${t.edited}`}
                </span>
                <span className="mono faint end">{shortId(report.evidence)}</span>
            </header>
            <Gates gates={report.gates} />
        </section>
    );
}

/** One commit: who, when, on what grounds, and what it changed. */
export function CommitDetail({ revision }: { revision: string }) {
    const shown = useDocument("/api/v1/show", { rev: revision, limit: rowsAtFirst }, { fixed: /^[0-9a-f]{40}$/.test(revision) });
    if (shown.error) return <Trouble error={shown.error} />;
    if (!shown.data) return <Loading />;
    const { commit } = shown.data;
    const [title, ...rest] = commit.message.split("\n");
    return (
        <article>
            <header className="commit-head">
                <h2 className="title">{title}</h2>
                {rest.join("\n").trim() && <p className="message">{rest.join("\n").trim()}</p>}
                <div className="ids">
                    <code>{commit.id}</code>
                    <CopyButton value={commit.id} />
                    {commit.names.map((name) => (
                        <RefName key={name} name={name} />
                    ))}
                    <Link href={`/tables?at=${commit.id}`} className="link end">
                        {t.browse}
                    </Link>
                </div>
                <Provenance commit={commit} />
            </header>
            {commit.evidence && <EvidencePart id={commit.id} />}
            <DiffView diff={shown.data} />
        </article>
    );
}
