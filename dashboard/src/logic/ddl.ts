export interface Column {
    name: string;
    type: string;
    isKey: boolean;
    isRequired: boolean;
}

export interface Reference {
    columns: string[];
    table: string;
}

export interface Table {
    name: string;
    columns: Column[];
    references: Reference[];
}

type Token = string;

/** Words, quoted names, texts, numbers and signs of a statement; comments are left out. */
function tokens(sql: string): Token[] {
    const one =
        /--[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|'(?:[^']|'')*'|[\p{L}_][\p{L}\p{N}_$]*|\d[\w.]*|[^\s]/gu;
    return (sql.match(one) ?? []).filter((token) => !token.startsWith("--") && !token.startsWith("/*"));
}

function nameOf(token: Token): string {
    const first = token[0];
    if (first === '"' || first === "`") return token.slice(1, -1).replaceAll(first + first, first);
    if (first === "[") return token.slice(1, -1);
    return token;
}

/** What stands between the outermost commas from the bracket at `from` on. */
function parts(all: Token[], from: number): Token[][] {
    const found: Token[][] = [[]];
    let depth = 0;
    for (const token of all.slice(from)) {
        if (token === "(" && depth++ === 0) continue;
        if (token === ")" && --depth === 0) break;
        if (token === "," && depth === 1) found.push([]);
        else found.at(-1)?.push(token);
    }
    return found.filter((part) => part.length > 0);
}

const ends = new Set("CONSTRAINT PRIMARY NOT NULL UNIQUE CHECK DEFAULT COLLATE REFERENCES GENERATED AS ON".split(" "));
const isWord = (token: Token | undefined, word: string) => token?.toUpperCase() === word;
const names = (part: Token[], from: number) => (parts(part, from) as Token[][]).map((p) => nameOf(p[0] ?? ""));

function readConstraint(part: Token[], table: Table): boolean {
    let at = isWord(part[0], "CONSTRAINT") ? 2 : 0;
    if (isWord(part[at], "PRIMARY") && isWord(part[at + 1], "KEY")) {
        const keys = new Set(names(part, part.indexOf("(", at)));
        for (const column of table.columns) if (keys.has(column.name)) column.isKey = true;
        return true;
    }
    if (isWord(part[at], "FOREIGN") && isWord(part[at + 1], "KEY")) {
        const columns = names(part, part.indexOf("(", at));
        at = part.findIndex((token) => isWord(token, "REFERENCES"));
        table.references.push({ columns, table: nameOf(part[at + 1] ?? "") });
        return true;
    }
    return at > 0 || (isWord(part[0], "UNIQUE") && part[1] === "(") || (isWord(part[0], "CHECK") && part[1] === "(");
}

/** Reads columns, keys and references off a CREATE TABLE statement; null for another statement. */
export function readTable(sql: string): Table | null {
    const all = tokens(sql);
    const open = all.indexOf("(");
    const word = all.findIndex((token) => isWord(token, "TABLE"));
    if (!isWord(all[0], "CREATE") || word < 0 || word > 3 || open < 1) return null;
    const table: Table = { name: nameOf(all[open - 1] ?? ""), columns: [], references: [] };
    for (const part of parts(all, open)) {
        if (readConstraint(part, table)) continue;
        const name = nameOf(part[0] ?? "");
        const end = part.findIndex((token, at) => at > 0 && ends.has(token.toUpperCase()));
        const type = part
            .slice(1, end < 0 ? undefined : end)
            .join(" ")
            .replaceAll(" ( ", "(")
            .replaceAll(" )", ")");
        const rest = end < 0 ? [] : part.slice(end).map((token) => token.toUpperCase());
        const isKey = rest.some((token, at) => token === "PRIMARY" && rest[at + 1] === "KEY");
        table.columns.push({
            name,
            type,
            isKey,
            isRequired: isKey || rest.some((token, at) => token === "NOT" && rest[at + 1] === "NULL"),
        });
        const to = rest.indexOf("REFERENCES");
        if (to >= 0) table.references.push({ columns: [name], table: nameOf(part[end + to + 1] ?? "") });
    }
    return table;
}
