using System.Globalization;

namespace DbVc.Pipelines;

/// <summary>Writes <c>tests/IngestionTests.cs</c>: small sources through the whole pipeline, with the outcome of every record.</summary>
internal sealed class IngestionTestsWriter
{
    private readonly PipelineSpec _spec;
    private readonly PipelineNames _names;
    private readonly CodeWriter _code = new();
    private readonly IReadOnlyList<PipelineField> _fields;
    private readonly SampleFormat _format;
    private readonly IReadOnlyList<IReadOnlyList<string?>> _good;
    private readonly IReadOnlyList<IReadOnlyList<string?>> _preprocessed;
    private readonly IReadOnlyList<IReadOnlyList<string?>> _bad;
    private readonly IReadOnlyList<IReadOnlyList<string?>> _leftOut;
    private readonly IReadOnlyList<IReadOnlyList<string?>> _duplicates;

    public IngestionTestsWriter(PipelineSpec spec, PipelineNames names)
    {
        (_spec, _names, _fields, _format) = (spec, names, spec.FilledFields, SampleFormat.Of(spec));
        var samples = new SampleRecords(spec);
        (_good, _preprocessed, _bad) = (samples.Good, samples.FindPreprocessed(), samples.FindBad());
        (_leftOut, _duplicates) = (samples.FindLeftOut(), samples.FindDuplicates());
    }

    public string Write()
    {
        CSharpTypes.WriteHeader(_code, _spec, "System", "System.IO", "System.Linq", "System.Text", "DbVc.PipelineRuntime", "Xunit");
        _code.Line($"namespace {_names.Namespace}.Tests;");
        _code.Line();
        _code.Open("public sealed class IngestionTests");
        if (_format.Header is { } header) _code.Line($"private const string Header = {Literals.Text(header)};");
        WriteColumns();
        if (_good.Count > 0) WriteGood();
        if (_preprocessed.Count > 0) WritePreprocessed();
        if (_bad.Count > 0) WriteBad();
        if (_leftOut.Count > 0) WriteLeftOut();
        WriteDuplicates();
        WriteUnreadable();
        WriteAll();
        if (_format is CsvSampleFormat { Header: not null } csv)
        {
            WriteHeaders(csv);
            if (_good.Count > 0 && _spec.SourceColumns.Count > 1) WriteOtherOrder(csv);
        }

        if (_format is JsonSampleFormat json) WriteRefused(json);
        WriteRun();
        _code.Close();
        return _code.ToString();
    }

    private void WriteGood()
    {
        _code.Line();
        _code.Line("[Fact]");
        _code.Open("public void Good_records_become_rows()");
        _code.Line("var sink = Run(");
        _code.Indent();
        WriteRecords(_good);
        _code.Outdent();
        _code.Line();
        _code.Line("Assert.Empty(sink.Rejected);");
        var simulator = new PipelineSimulator(_spec);
        for (var i = 0; i < _good.Count; i++)
        {
            var values = simulator.Take(_good[i]).Values!;
            _code.Line($"Assert.Equal({RowCode(values)}, sink.Accepted[{i}]);");
        }

        _code.Close();
    }

    private void WriteColumns()
    {
        _code.Line();
        _code.Line("[Fact]");
        _code.Line("public void Columns_are_those_of_the_table() =>");
        _code.Indent();
        var columns = string.Join(", ", _spec.Columns.Select(c => Literals.Text($"{c.Name} {c.Kind}")));
        _code.Line($"Assert.Equal([{columns}], new Ingestion().Columns.Select(c => c.Name + \" \" + c.Kind));");
        _code.Outdent();
    }

    private void WritePreprocessed()
    {
        _code.Line();
        _code.Line("public static TheoryData<string, object?[]> ChangedRecords => new()");
        _code.Line("{");
        _code.Indent();
        foreach (var record in _preprocessed) _code.Line($"{{ {RecordCode(record)}, {RowCode(new PipelineSimulator(_spec).Take(record).Values!)} }},");
        _code.Outdent();
        _code.Line("};");
        _code.Line();
        _code.Line("[Theory]");
        _code.Line("[MemberData(nameof(ChangedRecords))]");
        _code.Line("public void Cells_are_preprocessed_and_defaults_filled_in(string record, object?[] row) =>");
        _code.Line("    Assert.Equal(row, Assert.Single(Run(record).Accepted));");
    }

    private void WriteOtherOrder(CsvSampleFormat csv)
    {
        var (before, _, after) = csv.Frame;
        var text = $"{before}{csv.WriteHeader(_spec.SourceColumns.Reverse())}\n{csv.Write([.. _good[0].Reverse()])}{after}";
        _code.Line();
        _code.Line("[Fact]");
        _code.Open("public void Columns_are_found_by_their_names()");
        _code.Line($"var sink = RunText({Literals.Text(text)});");
        _code.Line($"Assert.Equal({RowCode(new PipelineSimulator(_spec).Take(_good[0]).Values!)}, Assert.Single(sink.Accepted));");
        _code.Close();
    }

    private string RowCode(IReadOnlyList<object?> values) => $"[{string.Join(", ", values.Select((v, c) => ValueCode(v, _fields[c])))}]";

    /// <summary>Every rule that a record breaks, as the test of it writes them.</summary>
    private static string FailuresCode(SimulatedOutcome outcome) =>
        Literals.Text(string.Join("; ", outcome.Broken.Select(b => $"{b.Field}:{b.Rule}: {b.Message}")));

    private void WriteBad()
    {
        _code.Line();
        var rows = _bad.Select(r => $"{RecordCode(r)}, {FailuresCode(new PipelineSimulator(_spec).Take(r))}").Distinct().ToList();
        if (_bad.All(r => r.All(TestCode.IsConstant)))
        {
            _code.Line("[Theory]");
            foreach (var row in rows) _code.Line($"[InlineData({row})]");
        }
        else
        {
            _code.Line("public static TheoryData<string, string> BadRecords => new()");
            _code.Line("{");
            _code.Indent();
            foreach (var row in rows) _code.Line($"{{ {row} }},");
            _code.Outdent();
            _code.Line("};");
            _code.Line();
            _code.Line("[Theory]");
            _code.Line("[MemberData(nameof(BadRecords))]");
        }

        _code.Open("public void Bad_records_are_rejected_with_every_rule_they_break(string record, string rules)");
        _code.Line("var sink = Run(record);");
        _code.Line();
        _code.Line("Assert.Empty(sink.Accepted);");
        _code.Line("var rejection = Assert.Single(sink.Rejected);");
        _code.Line(_format.KeepsRecords ? "Assert.Equal(record, rejection.Raw);" : "Assert.Contains(rejection.Raw, record, StringComparison.Ordinal);");
        _code.Line("Assert.Equal(rules, Describe(rejection));");
        _code.Close();
    }

    private void WriteLeftOut()
    {
        _code.Line();
        _code.Line("[Theory]");
        foreach (var record in _leftOut) _code.Line($"[InlineData({Literals.Text(_format.Write(record))})]");
        _code.Open("public void Records_that_a_rule_drops_are_left_out(string record)");
        _code.Line("var sink = Run(record);");
        _code.Line();
        _code.Line("Assert.Empty(sink.Accepted);");
        _code.Line("Assert.Empty(sink.Rejected);");
        _code.Line("Assert.Equal([1L], sink.Filtered);");
        _code.Close();
    }

    private void WriteDuplicates()
    {
        var outcomes = _duplicates.Select(d => (Record: d, Outcome: TakeSecond(d))).ToList();
        var (rejected, leftOut) = (outcomes.Where(o => o.Outcome.IsRejected).ToList(), outcomes.Where(o => o.Outcome.IsLeftOut).ToList());
        if (rejected.Count > 0)
        {
            _code.Line();
            _code.Line("[Theory]");
            foreach (var (record, outcome) in rejected)
            {
                _code.Line($"[InlineData({Literals.Text(_format.Write(record))}, {FailuresCode(outcome)})]");
            }

            _code.Open("public void Of_duplicates_the_first_is_accepted(string duplicate, string rules)");
            _code.Line($"var sink = Run({Literals.Text(_format.Write(_good[0]))}, duplicate);");
            _code.Line();
            _code.Line("Assert.Single(sink.Accepted);");
            _code.Line("Assert.Equal(rules, Describe(Assert.Single(sink.Rejected)));");
            _code.Close();
        }

        if (leftOut.Count == 0) return;
        _code.Line();
        _code.Line("[Theory]");
        foreach (var (record, _) in leftOut) _code.Line($"[InlineData({Literals.Text(_format.Write(record))})]");
        _code.Open("public void Of_duplicates_the_first_is_kept(string duplicate)");
        _code.Line($"var sink = Run({Literals.Text(_format.Write(_good[0]))}, duplicate);");
        _code.Line();
        _code.Line("Assert.Single(sink.Accepted);");
        _code.Line("Assert.Equal([2L], sink.Filtered);");
        _code.Close();
    }

    private SimulatedOutcome TakeSecond(IReadOnlyList<string?> record)
    {
        var simulator = new PipelineSimulator(_spec);
        simulator.Take(_good[0]);
        return simulator.Take(record);
    }

    private void WriteUnreadable()
    {
        var (record, name, rule) = _format.Unreadable(_good.Count > 0 ? _good[0] : new string?[_spec.SourceColumns.Count]);
        _code.Line();
        _code.Line("[Fact]");
        _code.Open($"public void {name}()");
        _code.Line($"var rejection = Assert.Single(Run({Literals.Text(record)}).Rejected);");
        _code.Line($"Assert.Equal({Literals.Text(rule)}, Assert.Single(rejection.Failures).Rule);");
        _code.Close();
    }

    private void WriteAll()
    {
        var nulls = new string?[_spec.SourceColumns.Count];
        // A rejected record after one that is left out is not left out too.
        List<IReadOnlyList<string?>> records = [.. _good, .. _bad, .. _leftOut, .. _leftOut.Count > 0 ? _bad.Take(1) : []];
        if (_format.CanWrite(nulls)) records.Add(nulls);
        records.AddRange(_duplicates);
        if (records.Count == 0) return;
        var simulator = new PipelineSimulator(_spec);
        var outcomes = records.Select(simulator.Take).ToList();
        _code.Line();
        _code.Line("private static readonly string[] Records =");
        _code.Line("[");
        _code.Indent();
        foreach (var record in records) _code.Line(RecordCode(record) + ",");
        _code.Outdent();
        _code.Line("];");
        _code.Line();
        _code.Line("[Fact]");
        _code.Open("public void Every_record_is_accounted_for()");
        _code.Line("var sink = Run(Records);");
        _code.Line();
        _code.Line(CountCode("sink.Accepted", outcomes.Count(o => o.IsAccepted)));
        _code.Line(CountCode("sink.Rejected", outcomes.Count(o => o.IsRejected)));
        if (_spec.CheckedRules.Any(r => r.Drops)) _code.Line(CountCode("sink.Filtered", outcomes.Count(o => o.IsLeftOut)));
        _code.Close();
    }

    private void WriteHeaders(CsvSampleFormat csv)
    {
        if (_fields.Any(f => f.SourceColumns.Count > 0 && (f.Origin is not null || f.Default is not { IsCurrentTimestamp: false })))
        {
            WriteHeaderTest("A_missing_column_is_named", csv.WriteHeader(["no such column"]), "source.column-missing");
        }

        var left = _spec.Fields.Except(_fields).ToList();
        if (left.Count == 0) return;
        var more = csv.WriteHeader([.. _spec.SourceColumns, .. left.Select(f => f.HeaderName)]);
        WriteHeaderTest("A_column_that_the_database_fills_must_not_appear", more, "source.changed");
    }

    private void WriteRefused(JsonSampleFormat json)
    {
        var left = _spec.Fields.Except(_fields).FirstOrDefault();
        if (left is null || _good.Count == 0) return;
        _code.Line();
        _code.Line("[Fact]");
        _code.Open("public void A_field_that_the_database_fills_must_not_appear()");
        _code.Line($"var failure = Assert.Throws<PipelineException>(() => Run({Literals.Text(json.Write(_good[0], left))}));");
        _code.Line("Assert.Equal(\"source.changed\", failure.Code);");
        _code.Close();
    }

    private void WriteHeaderTest(string name, string header, string code)
    {
        _code.Line();
        _code.Line("[Fact]");
        _code.Open($"public void {name}()");
        _code.Line($"var failure = Assert.Throws<PipelineException>(() => RunText({Literals.Text(_format.Frame.Before + header + _format.Frame.After)}));");
        _code.Line($"Assert.Equal(\"{code}\", failure.Code);");
        _code.Close();
    }

    private void WriteRun()
    {
        // A byte order mark wins over the declared encoding, so tests read the same for every source.
        var mark = (_spec.Source.Json?.Encoding ?? _spec.Source.Csv.Encoding) == "utf-8" ? "" : "\"\\uFEFF\" + ";
        var (before, between, after) = _format.Frame;
        var header = _format.Header is null ? "" : "Header + \"\\n\" + ";
        var start = before.Length == 0 ? "" : Literals.Text(before) + " + ";
        _code.Line();
        _code.Line("private static RecordingSink Run(params string[] records) =>");
        _code.Line($"    RunText({start}{header}string.Join({Literals.Text(between)}, records) + {Literals.Text(after)});");
        if (_bad.Count > 0 || _duplicates.Count > 0)
        {
            _code.Line();
            _code.Line("private static string Describe(RecordedRejection rejection) =>");
            _code.Line("    string.Join(\"; \", rejection.Failures.Select(f => f.Field + \":\" + f.Rule + \": \" + f.Message));");
        }

        _code.Line();
        _code.Open("private static RecordingSink RunText(string text)");
        _code.Line("var sink = new RecordingSink();");
        _code.Line($"using var source = new MemoryStream(Encoding.UTF8.GetBytes({mark}text));");
        _code.Line("new Ingestion().Run(source, sink);");
        _code.Line("return sink;");
        _code.Close();
    }

    private void WriteRecords(IReadOnlyList<IReadOnlyList<string?>> records)
    {
        for (var i = 0; i < records.Count; i++) _code.Line(RecordCode(records[i]) + (i + 1 < records.Count ? "," : ");"));
    }

    /// <summary>A record as C#; a cell that repeats one letter is written as such.</summary>
    private string RecordCode(IReadOnlyList<string?> record)
    {
        var text = _format.Write(record);
        foreach (var run in record.Where(c => !TestCode.IsConstant(c)).OrderByDescending(c => c!.Length).Take(1))
        {
            var at = text.IndexOf(run!, StringComparison.Ordinal);
            if (at >= 0) return $"{Literals.Text(text[..at])} + {TestCode.Quote(run!)} + {Literals.Text(text[(at + run!.Length)..])}";
        }

        return Literals.Text(text);
    }

    private static string CountCode(string list, int count) => count switch
    {
        0 => $"Assert.Empty({list});",
        1 => $"Assert.Single({list});",
        _ => $"Assert.Equal({count}, {list}.Count);",
    };

    private static string ValueCode(object? value, PipelineField field) => value switch
    {
        null => "null",
        long number => number == long.MinValue ? "long.MinValue" : number.ToString(CultureInfo.InvariantCulture) + "L",
        double number => number.ToString("R", CultureInfo.InvariantCulture) + "d",
        string text => TestCode.Quote(text),
        _ => throw new InvalidOperationException($"Field '{field.Name}' has an unknown kind of value."),
    };
}
