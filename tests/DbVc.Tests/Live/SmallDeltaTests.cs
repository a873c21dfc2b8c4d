using DbVc.Live;
using DbVc.Model;
using Xunit;

namespace DbVc.Tests;

/// <summary>A delta is kept in memory only where it is small, and is the same delta then.</summary>
public sealed class SmallDeltaTests
{
    [Theory]
    [InlineData(SmallDelta.MaxRows, 1, true)]
    [InlineData(SmallDelta.MaxRows + 1, 1, false)]
    [InlineData(3, 5 << 20, true)]
    [InlineData(4, 5 << 20, false)]
    public void Few_short_rows_are_kept(int rows, int bytes, bool isKept)
    {
        var cell = Value.Blob(new byte[bytes]);
        var read = 0;
        var half = Enumerable.Range(0, rows).Select(i =>
        {
            read++;
            return i % 2 == 0 ? new RowChange([Value.Integer(i), cell], null) : new RowChange(null, [Value.Integer(i), cell]);
        });
        var delta = new DatabaseDelta([new TableDelta(null, null, []), new TableDelta(null, null, half)], [], []);

        var kept = SmallDelta.Read(delta);

        Assert.Equal(isKept, kept is not null);
        Assert.Equal(rows, read);
        if (kept is null) return;
        Assert.Equal(Enumerable.Range(0, rows), kept.Tables[1].Rows.Select(r => (int)(r.Before ?? r.After)![0].AsInteger));
        Assert.Equal(rows, kept.Tables[1].Rows.Count());
        Assert.Equal(rows, read);
    }
}
