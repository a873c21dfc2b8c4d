namespace DbVc.VersionControl;

/// <summary>Cells of one row that wait for their commit, as bits, and the row of the result they belong to (its key may have changed since).</summary>
internal readonly record struct OpenCells(ulong Cells, ReadOnlyMemory<byte> Row);

/// <summary>
/// The cells that wait for their commit at one commit: of each row in <see cref="Rows"/> those given there, of all others those in
/// <see cref="Rest"/>. So a whole table costs no more than the rows that were changed.
/// </summary>
internal sealed class BlameRegion
{
    public ulong Rest { get; set; }

    public Dictionary<ReadOnlyMemory<byte>, OpenCells> Rows { get; } = new(KeyEquality.Instance);

    public bool IsEmpty => Rest == 0 && Rows.Values.All(open => open.Cells == 0);

    public OpenCells this[ReadOnlyMemory<byte> key] => Rows.TryGetValue(key, out var open) ? open : new OpenCells(Rest, key);

    /// <summary>Adds another region that came down another way.</summary>
    public void Add(BlameRegion other)
    {
        if (other.Rest != 0)
        {
            // Rows that only this region speaks of get the other's rest.
            foreach (var key in Rows.Keys.Where(key => !other.Rows.ContainsKey(key)).ToList())
            {
                Rows[key] = Rows[key] with { Cells = Rows[key].Cells | other.Rest };
            }
        }

        foreach (var (key, open) in other.Rows) Rows[key] = new OpenCells(this[key].Cells | open.Cells, open.Row);
        Rest |= other.Rest;
    }
}
