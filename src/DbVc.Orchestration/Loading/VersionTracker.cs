using System.Globalization;
using System.Text;
using DbVc.Databases;
using DbVc.Model;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>
/// Keeps old versions of rows: tells which coming rows are what is there already, and ends the versions that new ones have come for.
/// </summary>
internal sealed class VersionTracker
{
    private readonly VersionMemory _memory = new();
    private readonly LoadTarget _target;
    private readonly VersionColumns _columns;
    private readonly (int Column, FieldType Type)[] _key;
    private readonly (int Column, FieldType Type)[] _content;
    private DateTime _now;

    private VersionTracker(LoadTarget target)
    {
        (_target, _columns) = (target, target.Spec.Destination.Versions!);
        var fields = target.Spec.FilledFields.Index().Where(f => target.Table.FindColumn(f.Item.Name) is not null).ToList();
        _key = [.. fields.Where(f => f.Item.PrimaryKey).Select(f => (f.Index, f.Item.Type))];
        _content = [.. fields.Where(f => !f.Item.PrimaryKey).Select(f => (f.Index, f.Item.Type))];
    }

    /// <summary>The time from which new versions are valid, as the database takes it.</summary>
    public byte[] From => Encoding.ASCII.GetBytes(_now.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture));

    /// <summary>Reads the present versions; null where the destination keeps none.</summary>
    /// <param name="now">New versions are valid from then on, or from just after the latest that is there.</param>
    public static VersionTracker? Read(LoadTarget target, DateTimeOffset now)
    {
        if (target.Spec.Destination.Versions is null) return null;
        var tracker = new VersionTracker(target);
        var latest = DateTime.MinValue;
        tracker.Scan((rows, places) =>
        {
            if (rows.KindAt(places.From) != ValueKind.Null
                && Cells.TryParseTimestamp(new Text(rows.BytesAt(places.From)), out var from) && from > latest) latest = from.Value;
            tracker._memory.Add(tracker.KeyOf(rows, tracker._key, places), tracker.KeyOf(rows, tracker._content, places));
        });
        tracker._now = new DateTime(now.UtcTicks / TimeSpan.TicksPerMillisecond * TimeSpan.TicksPerMillisecond);
        if (latest >= tracker._now) tracker._now = latest.AddMilliseconds(1);
        return tracker;
    }

    /// <summary>Whether the row is the present version of its key. If not, the one that is there ends.</summary>
    public bool IsPresent(IRowView row)
    {
        var key = KeyOf(row, _key);
        if (_memory.IsPresent(key, KeyOf(row, _content))) return true;
        _memory.Begin(key);
        return false;
    }

    /// <summary>The database did not take the row.</summary>
    public void Refuse(IRowView row) => _memory.Refuse(KeyOf(row, _key));

    /// <summary>Writes when versions ended; after the new ones are there.</summary>
    public void EndVersions()
    {
        if (!_memory.HasEnded) return;
        var (ended, until, end) = (new List<Value[]>(), 0, Value.Null);
        Scan((rows, places) =>
        {
            until = places.Until;
            // An engine has its own way of writing a time, and a new version has it.
            if (IsNew(rows, places)) end = ValueAt(rows, places.From);
            else if (_memory.Ends(KeyOf(rows, _key, places))) ended.Add([.. Enumerable.Range(0, places.Count).Select(i => ValueAt(rows, i))]);
        });
        var changes = ended.Select(before => new RowChange(before, [.. before.Select((value, i) => i == until ? end : value)]));
        var table = _target.Table with { Columns = [.. _target.Table.Columns.Select((c, i) => c with { Id = i + 1 })] };
        using var session = _target.Database.BeginApply(_target.LockTimeout);
        session.Apply(new DatabaseDelta([new TableDelta(table, table, changes)], [], []));
        session.Commit();
    }

    private bool IsNew(IRowCursor rows, Places places) => Cells.TryParseTimestamp(new Text(rows.BytesAt(places.From)), out var from) && from == _now;

    /// <summary>Looks at every version that has not ended.</summary>
    private void Scan(Action<IRowCursor, Places> look)
    {
        var stored = _target.Table.StoredColumns.ToList();
        int PlaceOf(string name) => stored.FindIndex(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        var places = new Places(stored.Count, PlaceOf(_columns.From), PlaceOf(_columns.Until), [.. _target.Spec.FilledFields.Select(f => PlaceOf(f.Name))]);
        using var read = _target.Database.BeginRead();
        using var rows = read.ReadRows(_target.Table);
        while (rows.Read())
        {
            if (rows.KindAt(places.Until) == ValueKind.Null) look(rows, places);
        }
    }

    private UniqueKey KeyOf(IRowCursor rows, (int Column, FieldType Type)[] fields, Places places)
    {
        var key = UniqueKey.Start();
        foreach (var (column, type) in fields) StoredKeyReader.Add(ref key, type, rows, places.Fields[column]);
        return key;
    }

    private static UniqueKey KeyOf(IRowView row, (int Column, FieldType Type)[] fields)
    {
        var key = UniqueKey.Start();
        foreach (var (column, type) in fields) RowChecker.AddCell(ref key, type, row, column);
        return key;
    }

    private static Value ValueAt(IRowCursor rows, int column) => rows.KindAt(column) switch
    {
        ValueKind.Null => Value.Null,
        ValueKind.Integer => Value.Integer(rows.IntegerAt(column)),
        ValueKind.Real => Value.Real(rows.RealAt(column)),
        ValueKind.Text => Value.Text(rows.BytesAt(column).ToArray()),
        _ => Value.Blob(rows.BytesAt(column).ToArray()),
    };

    /// <summary>Where things are in a stored row.</summary>
    private sealed record Places(int Count, int From, int Until, int[] Fields);
}
