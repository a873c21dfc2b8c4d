using DbVc.Databases;
using DbVc.Model;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>Where a duplicate's first copy is.</summary>
internal enum DuplicateKind
{
    None,

    /// <summary>In the destination before the run: the sandbox could not know.</summary>
    InDestination,

    /// <summary>Earlier in the source: the generated code should have rejected it.</summary>
    InSource,
}

/// <summary>The host's own memory of the keys of one rule about duplicates: those in the destination, and those that came since.</summary>
internal sealed class UniqueTracker
{
    private readonly UniqueSet _destination;
    private readonly UniqueSet _source;
    private UniqueKey _key;

    private UniqueTracker(UniqueFields fields)
    {
        Fields = fields;
        _destination = new UniqueSet(fields.NullsAreEqual);
        _source = new UniqueSet(fields.NullsAreEqual);
    }

    public UniqueFields Fields { get; }

    /// <summary>Reads the keys that the destination holds.</summary>
    public static UniqueTracker Read(UniqueFields fields, PipelineSpec spec, TableSchema table, IDatabase database)
    {
        var tracker = new UniqueTracker(fields);
        var columns = fields.Columns.Select(i => table.FindColumn(spec.Columns[i].Name)!).ToList();
        using var read = database.BeginRead();
        using var rows = read.ReadRows(table with { Columns = columns, PrimaryKey = [] });
        while (rows.Read())
        {
            var key = UniqueKey.Start();
            for (var i = 0; i < columns.Count; i++) Add(ref key, fields.Types[i], rows, i);
            tracker._destination.Add(key);
        }

        return tracker;
    }

    /// <summary>Takes the row's key for <see cref="Find"/> and <see cref="AddFound"/>, and has what they will read fetched.</summary>
    public void Prepare(IRowView row)
    {
        _key = RowChecker.KeyOf(Fields, row);
        _source.Prefetch(_key);
    }

    /// <summary>Looks up the key that was prepared last.</summary>
    public DuplicateKind Find()
    {
        if (_destination.Count > 0 && _destination.Contains(_key)) return DuplicateKind.InDestination;
        return _source.Contains(_key) ? DuplicateKind.InSource : DuplicateKind.None;
    }

    /// <summary>Adds the key that was prepared last.</summary>
    public void AddFound() => _source.Add(_key);

    private static void Add(ref UniqueKey key, FieldType type, IRowCursor rows, int column)
    {
        switch (rows.KindAt(column))
        {
            case ValueKind.Null:
                key.AddNull();
                break;
            case ValueKind.Integer:
                StoredKey.Add(ref key, type, rows.IntegerAt(column));
                break;
            case ValueKind.Real:
                StoredKey.Add(ref key, type, rows.RealAt(column));
                break;
            default:
                StoredKey.Add(ref key, type, rows.BytesAt(column));
                break;
        }
    }
}
