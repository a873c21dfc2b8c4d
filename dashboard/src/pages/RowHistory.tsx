import { X } from "lucide-react";
import { useDocument } from "../api/client";
import type { Version } from "../api/documents";
import { Ago, CommitLink, Loading, Trouble } from "../parts/basics";
import { Value } from "../parts/Grid";
import { text } from "../text";
import { AuthorName } from "./CommitDetail";

const t = text.tables;

/** Cells that a version changed, or all of them where it is the first. */
function changesOf(version: Version, older: Version | undefined): [string, boolean][] {
    const row = version.row ?? {};
    const names = Object.keys(row);
    if (!older?.row || version.change === "added") return names.map((name) => [name, false]);
    const before = older.row;
    return names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(row[name])).map((name) => [name, true]);
}

/** Every version of one row, newest first. */
export function RowHistory({ table, rowKey, at, onClose }: { table: string; rowKey: string; at: string; onClose: () => void }) {
    const history = useDocument("/api/v1/history", { table, key: rowKey, at });
    const versions = history.data?.versions;
    return (
        <aside className="row-history" aria-label={t.rowHistory}>
            <header>
                <h2>{t.rowHistory}</h2>
                <code className="cut">{rowKey}</code>
                <button type="button" className="button end" data-bare aria-label={t.close} onClick={onClose}>
                    <X size={15} aria-hidden />
                </button>
            </header>
            {history.error && <Trouble error={history.error} />}
            {history.isPending && <Loading />}
            <ol className="timeline">
                {versions?.map((version, index) => {
                    const older = versions[index + 1];
                    return (
                        <li key={version.commit} data-change={version.change}>
                            <p>
                                <b>{t.changes[version.change]}</b> <CommitLink id={version.commit} />
                            </p>
                            <p className="soft">{version.message.split("\n")[0]}</p>
                            <p className="who">
                                <AuthorName author={version.author} />, <Ago time={version.time} />
                            </p>
                            <dl className="cells">
                                {changesOf(version, older).map(([name, isChange]) => (
                                    <div key={name}>
                                        <dt>{name}</dt>
                                        <dd>
                                            {isChange && (
                                                <del className="was">
                                                    <Value cell={older?.row?.[name]} />
                                                </del>
                                            )}
                                            <span className={isChange ? "is" : undefined}>
                                                <Value cell={version.row?.[name]} />
                                            </span>
                                        </dd>
                                    </div>
                                ))}
                            </dl>
                        </li>
                    );
                })}
            </ol>
        </aside>
    );
}
