import { text } from "./text";

const whole = new Intl.NumberFormat("en");
const money = new Intl.NumberFormat("en", { style: "currency", currency: "USD", minimumFractionDigits: 2, maximumFractionDigits: 4 });
const dateTime = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const date = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "always", style: "short" });

export const count = (n: number) => whole.format(n);
export const usd = (n: number) => money.format(n);

/** A share with one digit behind the point; what is not whole is never told as 100. */
export function percent(share: number | null | undefined): string {
    if (share === null || share === undefined) return "–";
    return `${share >= 1 ? 100 : Math.min(99.9, Math.round(share * 1000) / 10)}%`;
}

export const shortId = (id: string) => id.slice(0, 10);
export const fullTime = (iso: string) => dateTime.format(new Date(iso));

/** Seconds with three digits that mean something. */
export function seconds(n: number): string {
    if (n < 1) return `${Math.round(n * 1000)} ms`;
    if (n < 60) return `${n.toFixed(1)} s`;
    return `${Math.floor(n / 60)} min ${Math.round(n % 60)} s`;
}

/** How long ago, up to a week; then the date. */
export function ago(iso: string, now: number): string {
    const past = (now - Date.parse(iso)) / 1000;
    if (past < 10) return text.time.now;
    if (past < 60) return relative.format(-Math.floor(past), "second");
    if (past < 3600) return relative.format(-Math.floor(past / 60), "minute");
    if (past < 86_400) return relative.format(-Math.floor(past / 3600), "hour");
    if (past < 604_800) return relative.format(-Math.floor(past / 86_400), "day");
    return date.format(new Date(iso));
}
