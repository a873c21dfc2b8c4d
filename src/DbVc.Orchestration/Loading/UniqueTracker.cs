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
    private readonly KeyFields? _owned;
    private readonly UniqueSet _owners;
    private UniqueKey _key;
    private UniqueKey _owner;

    /// <param name="fields">The rule.</param>
    /// <param name="owned">The rule's fields and the primary key, where a row that has the key of the coming one is the same row.</param>
    private UniqueTracker(KeyFields fields, KeyFields? owned)
    {
        (Fields, _owned) = (fields, owned);
        _destination = new UniqueSet(fields.NullsAreEqual);
        _source = new UniqueSet(fields.NullsAreEqual);
        _owners = new UniqueSet(fields.NullsAreEqual);
    }

    public KeyFields Fields { get; }

    /// <summary>Reads the keys that the destination holds.</summary>
    public static UniqueTracker Read(KeyFields fields, PipelineSpec spec, TableSchema table, IDatabase database)
    {
        var disposition = spec.Destination.Disposition;
        var tracker = new UniqueTracker(fields, disposition is Disposition.Upsert or Disposition.InsertOnly ? WithKey(fields, spec) : null);
        if (disposition == Disposition.Replace) return tracker;
        var all = tracker._owned ?? fields;
        var columns = all.Columns.Select(i => table.FindColumn(spec.Columns[i].Name)).OfType<Column>().ToList();
        // No row that is there has a value for which the table has no column.
        if (columns.Count < all.Columns.Count) return tracker;
        using var read = database.BeginRead();
        using var rows = read.ReadRows(table with { Columns = columns, PrimaryKey = [] });
        while (rows.Read())
        {
            var key = UniqueKey.Start();
            for (var i = 0; i < fields.Columns.Count; i++) StoredKeyReader.Add(ref key, all.Types[i], rows, i);
            tracker._destination.Add(key);
            if (tracker._owned is null) continue;
            for (var i = fields.Columns.Count; i < columns.Count; i++) StoredKeyReader.Add(ref key, all.Types[i], rows, i);
            tracker._owners.Add(key);
        }

        return tracker;
    }

    /// <summary>Takes the row's key for <see cref="Find"/> and <see cref="AddFound"/>, and has what they will read fetched.</summary>
    public void Prepare(IRowView row)
    {
        _key = RowChecker.KeyOf(Fields, row);
        if (_owned is not null) _owner = RowChecker.KeyOf(_owned, row);
        _source.Prefetch(_key);
    }

    /// <summary>Looks up the key that was prepared last.</summary>
    public DuplicateKind Find()
    {
        if (_destination.Count > 0 && _destination.Contains(_key) && !(_owned is not null && _owners.Contains(_owner))) return DuplicateKind.InDestination;
        return _source.Contains(_key) ? DuplicateKind.InSource : DuplicateKind.None;
    }

    /// <summary>Adds the key that was prepared last.</summary>
    public void AddFound() => _source.Add(_key);

    private static KeyFields WithKey(KeyFields fields, PipelineSpec spec)
    {
        var key = spec.FilledFields.Index().Where(f => f.Item.PrimaryKey).ToList();
        return fields with { Columns = [.. fields.Columns, .. key.Select(f => f.Index)], Types = [.. fields.Types, .. key.Select(f => f.Item.Type)] };
    }
}
