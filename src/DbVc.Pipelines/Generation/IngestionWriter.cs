using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>Writes <c>generated/Ingestion.cs</c>: the row, the pipeline, and the reader of its records.</summary>
internal sealed class IngestionWriter(PipelineSpec spec, PipelineNames names)
{
    private const int RulesPerMethod = 10;

    /// <summary>As many lines as the lint gate lets a method have.</summary>
    private const int MostLines = 70;

    private const int LinesPerPart = 50;
    private const int FixedLinesOfConstructor = 5;
    private const int FixedLinesOfTake = 9;
    private const int FixedLinesOfWrite = 3;

    private readonly CodeWriter _code = new();
    private readonly ColumnCode _columns = new(spec, names);

    private IReadOnlyList<PipelineRule> RowRules => [.. spec.CheckedRules.Where(r => !r.IsUnique && !IsReadRule(r) && r.Rejects)];

    /// <summary>Rules that leave out rows.</summary>
    private IReadOnlyList<PipelineRule> DropRules => [.. spec.CheckedRules.Where(r => !r.IsUnique && r.Drops)];

    private IReadOnlyList<PipelineRule> UniqueRules => [.. spec.CheckedRules.Where(r => r.IsUnique && !r.OnlyCounts)];

    private bool LeavesOut => spec.CheckedRules.Any(r => r.Drops);

    /// <summary>The concrete type: a call per cell through an interface would cost more than reading it.</summary>
    private string Reader => spec.Source.Json is null ? "CsvReader" : "JsonReader";

    private bool KnowsTime => spec.FilledFields.Any(f => f.Default is { IsCurrentTimestamp: true });

    public string Write()
    {
        CSharpTypes.WriteHeader(_code, spec, "System", "System.Collections.Generic", "System.IO", "DbVc.PipelineRuntime");
        _code.Line($"namespace {names.Namespace};");
        _code.Line();
        WriteRow();
        _code.Line();
        WritePipeline();
        _code.Line();
        WriteReader();
        return _code.ToString();
    }

    /// <summary>Rules that ask for a value are checked where the field is read, so that a value of the wrong type is not called missing too.</summary>
    private static bool IsReadRule(PipelineRule rule) =>
        rule is { Rejects: true, Condition: Presence { Kind: PresenceKind.NotNull or PresenceKind.Given } };

    private void WriteRow()
    {
        _code.Summary($"One record for {spec.Destination.Table}, typed. Text points into the memory of the reader.");
        _code.Open($"public ref struct {names.RowType}");
        foreach (var field in spec.FilledFields) _code.Line($"public {CSharpTypes.Of(field.Type)} {names.Of(field)};");
        _code.Close();
    }

    private void WritePipeline()
    {
        _code.Summary($"Turns the records of the source into rows of {spec.Destination.Table}.");
        _code.Open("public sealed class Ingestion : IPipeline");
        SourceOptionsCode.Write(_code, spec.Source);
        _code.Line();
        _code.Line("public IReadOnlyList<PipelineColumn> Columns { get; } =");
        _code.Line("[");
        _code.Indent();
        foreach (var column in spec.Columns) _code.Line($"new({Literals.Text(column.Name)}, CellKind.{column.Kind}),");
        _code.Outdent();
        _code.Line("];");
        _code.Line();
        _code.Open("public void Run(Stream source, IRowSink sink)");
        _code.Line($"var reader = new {Reader}(source, Options);");
        _code.Line($"var records = new {names.ReaderType}(reader, sink);");
        _code.Open("while (reader.Read())");
        _code.Line("sink.Begin(reader.Record);");
        _code.Line("if (records.Take()) sink.Accept();");
        if (LeavesOut) _code.Line("else if (records.LeftOut) sink.Filter();");
        _code.Line("else sink.Reject(reader.Line, reader.Raw);");
        _code.Close();
        _code.Close();
        _code.Close();
    }

    private void WriteReader()
    {
        _code.Summary("Takes record after record: preprocess, type, validate, then write to the sink.");
        _code.Open($"internal sealed class {names.ReaderType}");
        foreach (var table in _columns.Tables) _code.Line(table);
        _code.Line($"private readonly {Reader} _reader;");
        _code.Line("private readonly IRowSink _sink;");
        _code.Line("private readonly Scratch _scratch = new();");
        if (KnowsTime) _code.Line("private readonly DateTime _started = Cells.Now();");
        foreach (var rule in UniqueRules) _code.Line($"private readonly UniqueSet {SetName(rule)} = new({(rule.NullsAreEqual ? "nullsAreEqual: true" : "")});");
        var isWide = Lookups.Count > MostLines - FixedLinesOfConstructor;
        foreach (var column in spec.SourceColumns) _code.Line($"private {(isWide ? "" : "readonly ")}int {_columns.NameOf(column)};");
        _code.Line();
        WriteConstructor(isWide);
        _code.Line();
        if (LeavesOut)
        {
            _code.Summary("Whether the current record is left out by a rule, and not rejected.");
            _code.Line("public bool LeftOut { get; private set; }");
            _code.Line();
        }

        WriteTake();
        foreach (var field in spec.FilledFields)
        {
            _code.Line();
            WriteRead(field);
        }

        if (DropRules.Count > 0) WriteKeep();
        if (RowRules.Count > 0) WriteValidate();
        if (UniqueRules.Count > 0) WriteClaimKeys();
        _code.Line();
        WriteWrite();
        if (LeavesOut) WriteLeaveOut();
        _code.Line();
        _code.Open("private bool Fail(string field, string rule, ReadOnlySpan<byte> value, string message)");
        _code.Line("_sink.Fail(field, rule, value, message);");
        _code.Line("return false;");
        _code.Close();
        _code.Close();
    }

    /// <summary>What is asked of the source before its first record.</summary>
    private IReadOnlyList<string> Lookups =>
    [
        .. spec.SourceColumns.Select(_columns.Find),
        .. spec.Fields.Except(spec.FilledFields).Select(f => $"reader.RefuseColumn({Literals.Text(f.HeaderName)});"),
    ];

    private void WriteConstructor(bool isWide)
    {
        _code.Open($"public {names.ReaderType}({Reader} reader, IRowSink sink)");
        _code.Line("_reader = reader;");
        _code.Line("_sink = sink;");
        foreach (var line in isWide ? Parts("FindColumns", Lookups).Select(p => p.Name + "(reader);") : Lookups) _code.Line(line);
        _code.Close();
        foreach (var (name, lines) in isWide ? Parts("FindColumns", Lookups) : []) WriteMethod($"private void {name}({Reader} reader)", lines);
    }

    /// <summary>More statements than a reader wants in one method, in several.</summary>
    private static IEnumerable<(string Name, string[] Lines)> Parts(string name, IEnumerable<string> lines) =>
        lines.Chunk(LinesPerPart).Select((part, i) => ($"{name}{(i * LinesPerPart) + 1}To{(i * LinesPerPart) + part.Length}", part));

    private void WriteMethod(string header, IEnumerable<string> lines)
    {
        _code.Line();
        _code.Open(header);
        foreach (var line in lines) _code.Line(line);
        _code.Close();
    }

    private void WriteTake()
    {
        _code.Summary("Writes the current record's row, or fails it with every rule it breaks.");
        _code.Open("public bool Take()");
        if (LeavesOut) _code.Line("LeftOut = false;");
        _code.Line("if (_reader.Problem is { } problem) return Fail(\"\", problem.Rule, _reader.Raw, problem.Message);");
        _code.Line("_scratch.Reset();");
        _code.Line($"var row = new {names.RowType}();");
        var reads = spec.FilledFields.Select(f => $"Read{names.Of(f)}(ref row);").ToList();
        var others = FixedLinesOfTake + new[] { LeavesOut, DropRules.Count > 0, RowRules.Count > 0 }.Count(isThere => isThere);
        var parts = reads.Count > MostLines - others ? Parts("ReadFields", reads).ToList() : [];
        foreach (var line in Valid(parts.Count > 0 ? parts.Select(p => p.Name + "(ref row);") : reads)) _code.Line(line);
        if (DropRules.Count > 0) _code.Line("if (valid && !Keep(in row)) return LeaveOut(in row);");
        if (RowRules.Count > 0) _code.Line("valid &= Validate(in row);");
        _code.Line(UniqueRules.Count > 0 ? "if (!valid || !ClaimKeys(in row)) return false;" : "if (!valid) return false;");
        _code.Line("Write(in row);");
        _code.Line("return true;");
        _code.Close();
        foreach (var (name, lines) in parts) WriteMethod($"private bool {name}(ref {names.RowType} row)", Valid(lines).Append("return valid;"));
    }

    /// <summary>All of them are called, whatever the ones before say.</summary>
    private static IEnumerable<string> Valid(IEnumerable<string> calls) => calls.Select((call, i) => (i == 0 ? "var valid = " : "valid &= ") + call);

    private void WriteRead(PipelineField field)
    {
        var member = "row." + names.Of(field);
        var known = ColumnCode.ValueOf(field);
        var cell = known ?? PreprocessorsWriter.Call(spec, names, field, _columns.CellOf(field), "_scratch");
        var raw = _columns.RawOf(field);
        _code.Open($"private bool Read{names.Of(field)}(ref {names.RowType} row)");
        if (_columns.GuardOf(field) is { } guard)
        {
            _code.Open($"if (!{guard})");
            _code.Line($"return Fail({Literals.Text(field.Name)}, \"{field.Origin!.Step.Name}\", {raw}, {Literals.Text(field.Origin.Step.Problem)});");
            _code.Close();
            _code.Line();
        }

        if (known is not null || field.Type == FieldType.Text)
        {
            _code.Line($"{member} = {cell};");
        }
        else
        {
            var message = Literals.Text($"{field.Name} must be {FieldTypes.Describe(field.Type)}");
            _code.Open($"if (!Cells.TryParse{field.Type}({cell}, out {member}))");
            _code.Line($"return Fail({Literals.Text(field.Name)}, \"type\", {raw}, {message});");
            _code.Close();
            _code.Line();
        }

        if (DefaultOf(field, member) is { } fill) _code.Line(fill);
        foreach (var rule in spec.CheckedRules.Where(r => IsReadRule(r) && r.Fields[0].Name == field.Name && CanBreak(r, field)))
        {
            _code.Line($"if (!Validators.{names.Of(rule)}({member})) return {FailCall(rule)};");
        }

        _code.Line("return true;");
        _code.Close();
    }

    /// <summary>A default, or a known value, leaves no NULL behind that could break a rule against it.</summary>
    private static bool CanBreak(PipelineRule rule, PipelineField field) =>
        (field.Default is null && ColumnCode.ValueOf(field) is null)
        || (field.Type == FieldType.Text && rule.Condition is Presence { Kind: PresenceKind.Given });

    private void WriteKeep()
    {
        var calls = DropRules.Select(r => $"Validators.{names.Of(r)}({names.Arguments(r)})").ToList();
        var parts = calls.Chunk(RulesPerMethod).ToList();
        _code.Line();
        _code.Summary("False for a row that a rule leaves out.");
        WriteAll("Keep", parts.Count == 1 ? calls : [.. parts.Select((_, i) => PartName(i) + "(in row)")]);
        for (var i = 0; i < parts.Count && parts.Count > 1; i++)
        {
            _code.Line();
            WriteAll(PartName(i), parts[i]);
        }

        string PartName(int part) => $"KeepByRules{(part * RulesPerMethod) + 1}To{(part * RulesPerMethod) + parts[part].Length}";
    }

    private void WriteAll(string name, IReadOnlyList<string> calls)
    {
        _code.Line($"private static bool {name}(in {names.RowType} row) =>");
        for (var i = 0; i < calls.Count; i++) _code.Line((i == 0 ? "    " : "        && ") + calls[i] + (i + 1 < calls.Count ? "" : ";"));
    }

    private void WriteLeaveOut()
    {
        _code.Line();
        _code.Summary("Writes the row too, so that it can be seen why it is left out.");
        _code.Open($"private bool LeaveOut(in {names.RowType} row)");
        _code.Line("Write(in row);");
        _code.Line("LeftOut = true;");
        _code.Line("return false;");
        _code.Close();
    }

    /// <summary>Many rules are judged in several methods, each short enough to be read.</summary>
    private void WriteValidate()
    {
        var parts = RowRules.Chunk(RulesPerMethod).ToList();
        if (parts.Count > 1)
        {
            _code.Line();
            _code.Open($"private bool Validate(in {names.RowType} row)");
            for (var i = 0; i < parts.Count; i++) _code.Line($"{(i == 0 ? "var valid =" : "valid &=")} {PartName(i)}(in row);");
            _code.Line("return valid;");
            _code.Close();
        }

        for (var i = 0; i < parts.Count; i++) WriteValidatePart(parts.Count == 1 ? "Validate" : PartName(i), parts[i]);

        string PartName(int part) => $"ValidateRules{(part * RulesPerMethod) + 1}To{(part * RulesPerMethod) + parts[part].Length}";
    }

    private void WriteValidatePart(string name, IEnumerable<PipelineRule> rules)
    {
        _code.Line();
        _code.Open($"private bool {name}(in {names.RowType} row)");
        _code.Line("var valid = true;");
        foreach (var rule in rules)
        {
            _code.Line($"valid &= Validators.{names.Of(rule)}({names.Arguments(rule)})");
            _code.Indent();
            _code.Line($"|| {FailCall(rule)};");
            _code.Outdent();
        }

        _code.Line("return valid;");
        _code.Close();
    }

    private void WriteClaimKeys()
    {
        _code.Line();
        _code.Summary("Only a record that passes everything else takes its keys, so a rejected one never shuts out a good one.");
        _code.Open($"private bool ClaimKeys(in {names.RowType} row)");
        foreach (var rule in UniqueRules) _code.Line($"var {KeyName(rule)} = Validators.{names.Of(rule)}({names.Arguments(rule)});");
        if (UniqueRules.Count == 1)
        {
            var otherwise = UniqueRules[0].Drops ? "LeaveOut(in row)" : FailCall(UniqueRules[0]);
            _code.Line($"return {SetName(UniqueRules[0])}.Add({KeyName(UniqueRules[0])})");
            _code.Line($"    || {otherwise};");
            _code.Close();
            return;
        }

        var rejecting = UniqueRules.Where(r => r.Rejects).ToList();
        if (rejecting.Count > 0)
        {
            _code.Line("var unique = true;");
            foreach (var rule in rejecting)
            {
                _code.Line($"unique &= !{SetName(rule)}.Contains({KeyName(rule)})");
                _code.Line($"    || {FailCall(rule)};");
            }

            _code.Line("if (!unique) return false;");
        }

        foreach (var rule in UniqueRules.Where(r => r.Drops)) _code.Line($"if ({SetName(rule)}.Contains({KeyName(rule)})) return LeaveOut(in row);");
        foreach (var rule in UniqueRules) _code.Line($"{SetName(rule)}.Add({KeyName(rule)});");
        _code.Line("return true;");
        _code.Close();
    }

    private void WriteWrite()
    {
        var writes = spec.FilledFields.Select(f => $"Cells.Write(_sink, row.{names.Of(f)});").ToList();
        var parts = writes.Count > MostLines - FixedLinesOfWrite ? Parts("WriteFields", writes).ToList() : [];
        _code.Open($"private void Write(in {names.RowType} row)");
        foreach (var line in parts.Count > 0 ? parts.Select(p => p.Name + "(in row);") : writes) _code.Line(line);
        _code.Close();
        foreach (var (name, lines) in parts) WriteMethod($"private void {name}(in {names.RowType} row)", lines);
    }

    private string FailCall(PipelineRule rule)
    {
        var value = rule.Fields.Count == 1 ? _columns.RawOf(rule.Fields[0]) : "_reader.Raw";
        return $"Fail({Literals.Text(rule.ReportedField)}, {Literals.Text(rule.Name)}, {value}, {Literals.Text(rule.Message)})";
    }

    private static string? DefaultOf(PipelineField field, string member) => field.Default switch
    {
        null => null,
        { Text: null } => $"{member} ??= _started;",
        { Text: var text } when field.Type == FieldType.Text => $"{member} = Operations.DefaultTo({member}, {Literals.Utf8(text)});",
        { Text: var text } => $"{member} ??= {DefaultLiteral.Of(field.Type, text)};",
    };

    private string SetName(PipelineRule rule) => "_seen" + names.Of(rule) + "s";

    private string KeyName(PipelineRule rule) => Identifiers.Camel(names.Of(rule));
}
