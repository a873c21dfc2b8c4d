using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>
/// Says which tables need which others, so that some can stand in a database without the rest. A name that stands anywhere in a text counts as needed, in a
/// comment or a quoted statement too: a table too many costs space, one too few would cost what a trigger writes.
/// </summary>
public sealed class SchemaReach
{
    private readonly DatabaseSchema _schema;
    private readonly Dictionary<string, TableSchema> _tables;
    private readonly Dictionary<string, List<TableSchema>> _tablesByWord;
    private readonly Dictionary<string, List<SchemaObject>> _objectsByWord;
    private readonly ILookup<string, SchemaObject> _objectsByOwner;

    public SchemaReach(DatabaseSchema schema)
    {
        _schema = schema;
        _tables = schema.Tables.ToDictionary(t => t.Name, StringComparer.OrdinalIgnoreCase);
        _tablesByWord = ByWord(schema.Tables, t => t.Name);
        _objectsByWord = ByWord(schema.Objects.Where(CanBeNamed), o => o.Name);
        _objectsByOwner = schema.Objects.Where(o => o.Table is not null).ToLookup(o => o.Table!, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>
    /// The tables and all that they need, followed to the end: what their foreign keys refer to, what their triggers name (an insert would do less, or fail,
    /// without it), and what the functions and types name that their definitions use. Not the tables that refer to them: those would soon be all.
    /// </summary>
    public IReadOnlySet<string> Needed(IEnumerable<TableSchema> tables)
    {
        var found = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var followed = new HashSet<SchemaObject>();
        var waiting = new Stack<TableSchema>(tables);
        while (waiting.TryPop(out var table))
        {
            if (!found.Add(table.Name)) continue;
            foreach (var parent in table.ForeignKeys.Select(k => k.ReferencedTable)) Push(_tables.GetValueOrDefault(parent));
            // The type of a column may be that of another table's rows.
            foreach (var word in table.Columns.SelectMany(c => WordsIn(c.DeclaredType))) Push(TablesCalled(word));
            foreach (var item in Objects(WordsIn(table.Sql)).Where(o => o.Kind.IsBelowTables())) Follow(item);
            foreach (var item in _objectsByOwner[table.Name]) Follow(item);
        }

        return found;

        void Push(params IEnumerable<TableSchema?> more)
        {
            foreach (var table in more.OfType<TableSchema>()) waiting.Push(table);
        }

        void Follow(SchemaObject first)
        {
            var objects = new Stack<SchemaObject>([first]);
            while (objects.TryPop(out var item))
            {
                if (!followed.Add(item)) continue;
                var words = WordsIn(item.Sql);
                Push(words.SelectMany(TablesCalled).Concat(TablesCalled("")));
                foreach (var named in Objects(words).Concat(_objectsByOwner[item.Name])) objects.Push(named);
            }
        }
    }

    /// <summary>The objects that cannot stand, or would say something else, without some tables: those of the tables, and all that name one of them.</summary>
    public IReadOnlyList<SchemaObject> WithoutPlace(IEnumerable<TableSchema> missing)
    {
        var gone = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var words = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var table in missing)
        {
            gone.Add(table.Name);
            words.Add(WordOf(table.Name));
        }

        var lost = new List<SchemaObject>();
        var rest = _schema.Objects.Select(o => (Item: o, Words: WordsIn(o.Sql))).ToList();
        for (var found = true; found;)
        {
            var now = rest.Where(o => IsLost(o.Item, o.Words)).Select(o => o.Item).ToHashSet();
            found = now.Count > 0;
            rest.RemoveAll(o => now.Contains(o.Item));
            lost.AddRange(now);
            foreach (var item in now.Where(CanBeNamed))
            {
                gone.Add(item.Name);
                words.Add(WordOf(item.Name));
            }
        }

        return lost;

        bool IsLost(SchemaObject item, IReadOnlySet<string> named) =>
            (item.Table is { } owner && gone.Contains(owner)) || (item.Kind != SchemaObjectKind.Schema && words.Any(w => w.Length == 0 || named.Contains(w)));
    }

    /// <summary>True if a name stands anywhere in a text.</summary>
    public static bool Names(string text, string name) => WordOf(name) is var word && (word.Length == 0 || WordsIn(text).Contains(word));

    private static bool CanBeNamed(SchemaObject item) =>
        item.Kind is not (SchemaObjectKind.Index or SchemaObjectKind.Trigger or SchemaObjectKind.Event or SchemaObjectKind.Schema);

    private static Dictionary<string, List<T>> ByWord<T>(IEnumerable<T> items, Func<T, string> nameOf)
    {
        var found = new Dictionary<string, List<T>>(StringComparer.OrdinalIgnoreCase);
        foreach (var item in items)
        {
            var word = WordOf(nameOf(item));
            if (!found.TryGetValue(word, out var list)) found[word] = list = [];
            list.Add(item);
        }

        return found;
    }

    private IEnumerable<TableSchema> TablesCalled(string word) => _tablesByWord.GetValueOrDefault(word) ?? [];

    private IEnumerable<SchemaObject> Objects(IEnumerable<string> words) => words.Append("").SelectMany(w => _objectsByWord.GetValueOrDefault(w) ?? []);

    /// <summary>The longest run of letters and digits in a name without its schema and its arguments: wherever the name stands, quoted or not, this stands as
    /// a word. Empty where there is none: then it may stand anywhere.</summary>
    private static string WordOf(string name)
    {
        var end = name.EndsWith(')') && name.IndexOf('(', StringComparison.Ordinal) is > 0 and var open ? open : name.Length;
        var start = name.LastIndexOf('.', end - 1) + 1;
        var longest = "";
        foreach (var word in WordsOf(name[start..end]))
        {
            if (word.Length > longest.Length) longest = word;
        }

        return longest;
    }

    private static HashSet<string> WordsIn(string text) => new(WordsOf(text), StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<string> WordsOf(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var start = at;
            while (at < text.Length && IsPart(text[at])) at++;
            if (at > start) yield return text[start..at];
            else at++;
        }

        static bool IsPart(char c) => c is '_' or '$' || char.IsLetterOrDigit(c) || char.IsSurrogate(c);
    }
}
