using System.Text.Json;
using static System.FormattableString;

namespace DbVc.Pipelines;

/// <summary>Keeps some records, drawn evenly; the same seed draws the same from the same records, on every machine.</summary>
/// <param name="Rows">How many; null where a share is kept.</param>
/// <param name="Share">The part of all, of each record on its own; null where a number is kept.</param>
/// <param name="Seed">Another one draws others.</param>
public sealed record SampleStep(long? Rows, decimal? Share, long Seed) : ReshapeStep
{
    /// <inheritdoc/>
    public override string Name => "sample";

    /// <inheritdoc/>
    public override string Text => Rows is { } rows ? Invariant($"keep {rows} records drawn by lot (seed {Seed})")
        : Invariant($"keep {Share * 100:0.####} % of the records, drawn by lot (seed {Seed})");

    internal override IReadOnlyList<string> Reads => [];

    internal override ShapedRows Run(ShapedRows rows, ReshapeTally tally)
    {
        return rows with { Rows = Rows is { } most ? Draw(most) : Pass() };

        IEnumerable<ShapedRow> Pass()
        {
            var limit = (ulong)(Share!.Value * ulong.MaxValue);
            ulong number = 0;
            foreach (var row in rows.Rows)
            {
                if (Lot(number++) <= limit) yield return row;
            }
        }

        // Each record with the chance that is left for it: so many are drawn, in their order (Knuth, Algorithm S).
        IEnumerable<ShapedRow> Draw(long most)
        {
            using var spool = tally.NewSpool(rows.Columns.Count);
            foreach (var row in rows.Rows) spool.Add(row);
            var (left, wanted) = ((ulong)spool.Count, (ulong)Math.Min(most, spool.Count));
            foreach (var (place, _, row) in spool.Read("ORDER BY seq"))
            {
                if (wanted == 0) yield break;
                if ((ulong)(((UInt128)Lot((ulong)place) * left--) >> 64) >= wanted) continue;
                wanted--;
                yield return row;
            }
        }
    }

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        if (Rows is { } rows) json.WriteNumber("rows", rows);
        if (Share is { } share) json.WriteNumber("share", share);
        json.WriteNumber("seed", Seed);
    }

    /// <summary>A number for a record that looks like chance (SplitMix64).</summary>
    private ulong Lot(ulong number)
    {
        unchecked
        {
            var mixed = Mix((ulong)Seed + 0x9E3779B97F4A7C15) + (number * 0x9E3779B97F4A7C15);
            return Mix(mixed);
        }
    }

    private static ulong Mix(ulong value)
    {
        unchecked
        {
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }
}
