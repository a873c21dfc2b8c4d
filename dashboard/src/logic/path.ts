/** A name out of an address. The router has decoded most of it already; what does not decode any more is the name itself. */
export function nameIn(part: string): string {
    try {
        return decodeURIComponent(part);
    } catch {
        return part;
    }
}
