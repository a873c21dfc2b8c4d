using System.Globalization;

namespace DbVc.Pipelines;

/// <summary>Reads rules about the whole table: <c>row count between 1 and 10000</c>, <c>sum of amount must be 100</c>, <c>id must be increasing</c>.</summary>
internal sealed class TableParser(TokenReader reader)
{
    private static readonly (string[] Words, Statistic Kind)[] s_statistics =
    [
        (["minimum of", "min of", "least value of", "smallest value of", "lowest value of"], Statistic.Minimum),
        (["maximum of", "max of", "greatest value of", "largest value of", "highest value of"], Statistic.Maximum),
        (["sum of", "total of"], Statistic.Sum),
        (["mean of", "average of", "avg of", "mean value of", "average value of"], Statistic.Mean),
        (["standard deviation of", "stdev of"], Statistic.StandardDeviation),
        (["median of"], Statistic.Median),
        (["skewness of", "skew of"], Statistic.Skewness),
        (["entropy of"], Statistic.Entropy),
        (["distinct count of", "number of distinct values of", "number of distinct values in", "number of different values of",
            "number of different values in"], Statistic.DistinctCount),
        (["distinct share of", "share of distinct values of", "share of distinct values in"], Statistic.DistinctShare),
    ];

    private readonly PredicateParser _predicates = new(reader);

    /// <summary>Warn once "should" was read, else that of a rule about the whole table.</summary>
    public RuleSeverity Severity => _predicates.Severity == RuleSeverity.Warn ? RuleSeverity.Warn : RuleSeverity.Fail;

    /// <summary>Null, with nothing taken, when the sentence is about something else.</summary>
    public TableCheck? TryParse()
    {
        var start = reader.Index;
        ReadOnlySpan<Func<TableCheck?>> forms =
        [
            ParseColumns, ParseRowCount, ParseStatistic, ParseCorrelation, new DistributionParser(reader, _predicates).TryParse, ParseMostCommon, ParseNewest,
            ParseField,
        ];
        foreach (var form in forms)
        {
            reader.Index = start;
            reader.AcceptAny("the");
            if (form() is { } check) return check;
        }

        reader.Index = start;
        return null;
    }

    private ColumnsCheck? ParseColumns()
    {
        if (!reader.Accept("source")) return null;
        if (_predicates.AcceptModal() || !reader.AcceptAny("have", "has", "contain", "contains")) return null;
        var exact = reader.AcceptAny("exactly", "only");
        reader.Accept("the");
        if (!reader.AcceptAny("columns", "column")) return null;
        var names = new List<string>();
        do
        {
            if (reader.Current.Kind is not (TokenKind.Word or TokenKind.Name or TokenKind.Quoted)) throw reader.Unexpected("the name of a column");
            names.Add(reader.Take().Text);
        }
        while (reader.AcceptSymbol(",") | reader.Accept("and"));
        return new ColumnsCheck(names, exact, reader.AcceptAny("in this order", "in that order"));
    }

    private TableCheck? ParseRowCount()
    {
        if (reader.Accept("there")) return ParseThereAre();
        if (!reader.AcceptAny("row count", "record count", "number of rows", "number of records", "number of loaded rows", "count of rows", "count of records"))
            return null;
        RefuseNegation("the row count");
        reader.AcceptAny("be", "is", "stay", "lie");
        return ParseChange() ?? (TableCheck)new RowCountCheck(TableBoundsReader.RequireNumbers(ParseBounds()));
    }

    /// <summary>"there must be at least 10 rows".</summary>
    private RowCountCheck? ParseThereAre()
    {
        if (_predicates.AcceptModal()) return null;
        reader.AcceptAny("be", "are");
        var start = reader.Index;
        if (!BoundParser.TryTakeComparative(reader, out _) && !reader.AcceptAny(BoundParser.RangeWords) && reader.Current.Kind != TokenKind.Number) return null;
        reader.Index = start;
        var bounds = ParseBounds();
        return reader.AcceptAny("rows", "records", "row", "record")
            ? new RowCountCheck(TableBoundsReader.RequireNumbers(bounds)) : throw reader.Unexpected("'rows'");
    }

    private RowCountChangeCheck? ParseChange()
    {
        var start = reader.Index;
        if (reader.Accept("within") && reader.Current.Kind == TokenKind.Number)
        {
            var share = TakeNumber() / 100;
            if ((reader.AcceptSymbol("%") || reader.Accept("percent")) && reader.Accept("of"))
            {
                reader.AcceptAny("that of", "those of");
                reader.Accept("the");
                if (reader.AcceptAny("last run", "previous run", "run before", "last merged run")) return RowCountChangeCheck.Make(share);
                throw reader.Unexpected("'the last run'");
            }
        }

        reader.Index = start;
        return null;
    }

    private StatisticCheck? ParseStatistic()
    {
        var (kind, quantile) = (TakeStatistic(), 0.5m);
        if (kind is null && reader.AcceptAny("quantile", "percentile") && reader.Current.Kind == TokenKind.Number)
        {
            var percentile = reader.Peek(-1).Is("percentile");
            quantile = percentile ? TakeNumber() / 100 : TakeNumber();
            if (reader.Accept("of")) kind = Statistic.Quantile;
        }

        if (kind is not { } known) return null;
        reader.Accept("the");
        // "the sum of a and b" is a calculation in each row.
        if (!reader.TryTakeField(out var field) || reader.Current.Is("and") || reader.Current.IsSymbol(",")) return null;
        if (reader.FindField(reader.Current) is null) reader.AcceptAny("values", "column", "field");
        RefuseNegation("a statistic");
        reader.AcceptAny("be", "is", "lie", "stay");
        return StatisticCheck.Make(field, known, ParseBounds(), quantile);
    }

    private CorrelationCheck? ParseCorrelation()
    {
        if (!reader.AcceptAny("correlation of", "correlation between") || !reader.TryTakeField(out var of)) return null;
        if (!reader.AcceptAny("with", "and") || !reader.TryTakeField(out var with)) throw reader.Unexpected("the other field");
        RefuseNegation("a correlation");
        reader.AcceptAny("be", "is", "lie", "stay");
        return CorrelationCheck.Make([of, with], ParseBounds());
    }

    /// <summary>"seen_at must have a value in every 2 days".</summary>
    private EveryPeriodCheck? ParseEvery(PipelineField field)
    {
        if (!reader.AcceptAny("have a value in every", "has a value in every", "have rows in every", "have a row in every")) return null;
        var hasCount = reader.Current.Kind == TokenKind.Number;
        if (RuleAge.Parse($"{(hasCount ? reader.Take().Text : "1")} {reader.Current.Text}") is not { Count: > 0 } every)
            throw reader.Unexpected("a number of hours or days");
        reader.Take();
        return EveryPeriodCheck.Make(field, every);
    }

    private MostCommonCheck? ParseMostCommon()
    {
        if (!reader.AcceptAny("most common value of", "most common value in", "most frequent value of", "most frequent value in")) return null;
        return reader.TryTakeField(out var field) ? new MostCommonCheck(field, _predicates.Parse(new FieldOperand(field))) : throw reader.Unexpected("a field");
    }

    private FreshnessCheck? ParseNewest()
    {
        if (!reader.AcceptAny("newest value of", "newest", "latest value of", "latest", "most recent value of", "most recent")) return null;
        if (!reader.TryTakeField(out var field)) return null;
        var forbids = _predicates.AcceptModal();
        reader.AcceptAny("be", "is");
        var isOlder = reader.AcceptAny("older than", "more than");
        if (forbids != isOlder || (!isOlder && !reader.AcceptAny("at most", "no more than", "not older than", "no older than")))
            throw reader.Unexpected("how old it may be");
        if (reader.Current.Kind != TokenKind.Number || RuleAge.FindUnit(reader.Peek(1).Text) is not { } unit
            || TakeNumber(RuleAge.MostUnits) is not (var count and > 0))
            throw reader.Unexpected("a number of hours or days");
        reader.Take();
        reader.Accept("old");
        return FreshnessCheck.Make(field, new RuleAge((long)count, unit));
    }

    private TableCheck? ParseField()
    {
        if (!reader.TryTakeField(out var field)) return null;
        if (reader.AcceptAny("to", "until") && reader.TryTakeField(out var until)) return ParsePeriods(field, until);
        if (_predicates.AcceptModal())
        {
            if (reader.AcceptAny("drift from the last run", "drift")) return new DriftCheck(field);
            return reader.AcceptAny("be constant", "always be the same") ? new NotConstantCheck(field) : null;
        }

        if (ParseEvery(field) is { } every) return every;
        if (reader.AcceptAny("vary", "varies")) return new NotConstantCheck(field);
        reader.AcceptAny("be", "is", "are");
        if (reader.Accept("within") && reader.Current.Kind == TokenKind.Number) return ParseOutliers(field);
        var strict = reader.Accept("strictly");
        reader.Accept("monotonically");
        if (reader.AcceptAny("increasing", "ascending")) return OrderCheck.Make(field, ValueOrder.Increasing, strict);
        if (reader.AcceptAny("decreasing", "descending")) return OrderCheck.Make(field, ValueOrder.Decreasing, strict);
        if (reader.AcceptAny("acyclic over", "acyclic by", "acyclic with"))
            return reader.TryTakeField(out var key) ? AcyclicCheck.Make(field, key) : throw reader.Unexpected("the field that parents are named by");
        return reader.AcceptAny("sequential", "consecutive") ? OrderCheck.Make(field, ValueOrder.Sequential, strict: true) : null;
    }

    /// <summary>"valid_from to valid_to must not overlap for each customer_id".</summary>
    private PeriodCheck? ParsePeriods(PipelineField from, PipelineField until)
    {
        var forbids = _predicates.AcceptModal();
        var overlaps = reader.AcceptAny("overlap", "overlaps");
        if (overlaps && !forbids) throw new RuleException("it says what periods must do", "write \"must not overlap\".");
        if (!overlaps && (forbids || !reader.AcceptAny("have no gaps", "has no gaps", "be gapless", "be contiguous"))) return null;
        IReadOnlyList<PipelineField> by = [];
        if (reader.AcceptAny("for each", "per", "by", "within each"))
            by = FieldList.TryRead(reader, out var fields) ? fields : throw reader.Unexpected("a field");
        return PeriodCheck.Make([from, until], by, gapless: !overlaps);
    }

    private OutlierCheck? ParseOutliers(PipelineField field)
    {
        var threshold = TakeNumber();
        if (!reader.AcceptAny("standard deviations of", "standard deviations from", "standard deviation of")) return null;
        reader.AcceptAny("its", "the");
        if (!reader.AcceptAny("mean", "average")) throw reader.Unexpected("'its mean'");
        var rows = OutlierCheck.UsualRows;
        if (reader.Accept("from"))
        {
            if (reader.Current.Kind != TokenKind.Number) throw reader.Unexpected("a number of values");
            rows = (long)TakeNumber(OutlierCheck.MostRows);
            if (!reader.AcceptAny("values on", "rows on")) throw reader.Unexpected("'values on'");
        }

        return OutlierCheck.Make(field, threshold, rows);
    }

    private Statistic? TakeStatistic()
    {
        foreach (var (words, kind) in s_statistics)
        {
            if (reader.AcceptAny(words)) return kind;
        }

        return null;
    }

    private void RefuseNegation(string subject)
    {
        if (_predicates.AcceptModal()) throw new RuleException($"it says what {subject} must not be", "say what it must be.");
    }

    private TableBounds ParseBounds()
    {
        if (reader.AcceptAny(BoundParser.RangeWords))
        {
            var minimum = TakeLiteral();
            if (!reader.AcceptAny("and", "to", "through") && !reader.AcceptSymbol(",")) throw reader.Unexpected("'and' and the upper bound");
            var maximum = TakeLiteral();
            var exclusive = reader.AcceptAny("exclusive", "exclusively");
            if (!exclusive) reader.AcceptAny("inclusive", "inclusively");
            return new TableBounds(
            [
                new(exclusive ? Comparator.Greater : Comparator.GreaterOrEqual, minimum), new(exclusive ? Comparator.Less : Comparator.LessOrEqual, maximum),
            ]);
        }

        var bounds = new List<TableBound> { ParseBound() };
        while (reader.AcceptAny("and", "but")) bounds.Add(ParseBound());
        return new TableBounds(bounds);
    }

    private TableBound ParseBound()
    {
        if (!BoundParser.TryTakeComparator(reader, out var comparator) && !BoundParser.TryTakeComparative(reader, out comparator))
            comparator = Comparator.Equal;
        return new TableBound(comparator, TakeLiteral());
    }

    private Operand TakeLiteral() => OperandParser.ParseSum(reader) is var operand && OperandTypes.IsLiteral(operand)
        ? operand : throw new RuleException("what is measured of a table is compared with a number or a time, not with a field");

    private decimal TakeNumber(decimal most = 1_000_000_000) =>
        decimal.TryParse(reader.Take().Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number <= most
        ? number : throw new RuleException("the number is too large");
}
