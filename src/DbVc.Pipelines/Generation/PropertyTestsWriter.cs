using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>
/// Writes a property test for each rule: random rows, the same ones in every run, of which the rule refuses exactly those that break it as
/// <see cref="BrokenCode"/> says it. A rule that says what a text looks like has no other wording; its known cases are judged in random order.
/// </summary>
internal sealed class PropertyTestsWriter(CodeWriter code, PipelineNames names)
{
    private const int MostKnown = 6;
    private const int MostKeyFields = 10;

    /// <summary>Calculations over numbers up to this stay exact, with so many factors.</summary>
    private const int LargestFactor = 1000;

    private const int MostFactors = 2;

    private int _seed;

    /// <summary>The test of a rule.</summary>
    /// <param name="rule">About rows or duplicates.</param>
    /// <param name="arguments">The arguments of its method, made of the values that the function names.</param>
    public void Write(PipelineRule rule, Func<Func<PipelineField, string>, string> arguments)
    {
        if (rule.IsUnique)
        {
            if (rule.Fields.Count <= MostKeyFields) WriteKey(rule);
            return;
        }

        var calculates = Calculations(rule.Condition!).ToList();
        var broken = calculates.All(IsExact) ? new BrokenCode(names.Parameter).Write(rule.Condition!) : null;
        if (broken is null) WriteKnown(rule, arguments);
        else WriteBroken(rule, broken, calculates.Count > 0);
    }

    private void WriteBroken(PipelineRule rule, string broken, bool isCalculated)
    {
        var random = Free(rule, "random", "draws", "cells");
        Open(rule, "refuses_exactly_what_breaks_it");
        code.Line($"var {random} = new RandomCells(seed: {++_seed}){(isCalculated ? $" {{ Largest = {LargestFactor} }}" : "")};");
        code.Open($"while ({random}.Next())");
        foreach (var field in rule.Fields) code.Line($"var {names.Parameter(field)} = {random}.{NearValues.Draw(field, rule.Condition!)};");
        var isBroken = Free(rule, "isBroken", "breaksIt", "isRefused");
        code.Line($"var {isBroken} = {broken};");
        var passes = Free(rule, "passes", "isTaken", "isFine");
        code.Line($"var {passes} = Validators.{names.Of(rule)}({Arguments(rule, names.Parameter)});");
        code.Line($"if ({passes} == {isBroken}) Assert.Fail({random}.ToString());");
        code.Close();
        code.Close();
    }

    private void WriteKnown(PipelineRule rule, Func<Func<PipelineField, string>, string> arguments)
    {
        var all = RuleCases.Of(rule).Where(c => c.Cells.All(TestCode.IsConstant)).ToList();
        List<RuleCase> cases = [.. all.Where(c => c.Expected).Take(MostKnown / 2), .. all.Where(c => !c.Expected).Take(MostKnown / 2)];
        if (cases.Count == 0) return;
        var (random, known) = (Free(rule, "random", "draws", "cells"), Free(rule, "known", "cases", "examples"));
        var expected = Free(rule, "expected", "verdict", "isRight");
        Open(rule, "judges_each_row_by_itself");
        code.Line($"({string.Join(", ", rule.Fields.Select(f => TestCode.ParameterType(f.Type)))}, bool)[] {known} =");
        code.Line("[");
        code.Indent();
        foreach (var (cells, verdict) in cases)
        {
            code.Line($"({string.Join(", ", cells.Select((c, i) => TestCode.Value(rule.Fields[i].Type, c)))}, {(verdict ? "true" : "false")}),");
        }

        code.Outdent();
        code.Line("];");
        code.Line($"var {random} = new RandomCells(seed: {++_seed});");
        code.Open($"while ({random}.Next())");
        code.Line($"var ({string.Join(", ", rule.Fields.Select(names.Parameter))}, {expected}) = {random}.Of({known});");
        var passes = Free(rule, "passes", "isTaken", "isFine");
        code.Line($"var {passes} = Validators.{names.Of(rule)}({arguments(names.Parameter)});");
        code.Line($"if ({passes} != {expected}) Assert.Fail({random}.ToString());");
        code.Close();
        code.Close();
    }

    private void WriteKey(PipelineRule rule)
    {
        var isOne = rule.Fields.Count == 1;
        var draws = string.Join(", ", rule.Fields.Select(f => "random." + NearValues.Draw(f, null)));
        var nulls = rule.NullsAreEqual ? [] : rule.Fields.Select((_, i) => (isOne ? "first" : $"first.Item{i + 1}") + " is null");
        Open(rule, "is_seen_again_only_for_equal_values");
        code.Line($"var random = new RandomCells(seed: {++_seed});");
        code.Open("while (random.Next())");
        code.Line($"var first = {(isOne ? draws : $"({draws})")};");
        code.Line($"var second = random.Of(first, {(isOne ? draws : $"({draws})")});");
        code.Line($"var seen = new UniqueSet({(rule.NullsAreEqual ? "nullsAreEqual: true" : "")});");
        code.Line($"seen.Add(Validators.{names.Of(rule)}({KeyArguments(rule, "first")}));");
        code.Line($"var isNew = seen.Add(Validators.{names.Of(rule)}({KeyArguments(rule, "second")}));");
        code.Line($"if (isNew != ({string.Join(" || ", nulls.Append("first != second"))})) Assert.Fail(random.ToString());");
        code.Close();
        code.Close();
    }

    private string KeyArguments(PipelineRule rule, string row) =>
        Arguments(rule, f => rule.Fields.Count == 1 ? row : $"{row}.Item{rule.Fields.ToList().IndexOf(f) + 1}");

    /// <summary>Values of the types of the row, but for texts, which are strings.</summary>
    private string Arguments(PipelineRule rule, Func<PipelineField, string> valueOf)
    {
        string Value(PipelineField field) => field.Type == FieldType.Text ? $"Text.From({valueOf(field)})" : valueOf(field);
        if (!PipelineNames.TakesRow(rule)) return string.Join(", ", rule.Fields.Select(Value));
        return $"new {names.RowType} {{ {string.Join(", ", rule.Fields.Select(f => $"{names.Of(f)} = {Value(f)}"))} }}";
    }

    private void Open(PipelineRule rule, string property)
    {
        code.Line();
        code.Line("[Fact]");
        code.Open($"public void {names.Of(rule)}_{property}()");
    }

    /// <summary>The first of the names that no field of the rule has.</summary>
    private string Free(PipelineRule rule, params string[] wanted) =>
        wanted.First(w => w == wanted[^1] || !rule.Fields.Any(f => names.Parameter(f).Equals(w, StringComparison.OrdinalIgnoreCase)));

    private static IEnumerable<Condition> Calculations(Condition condition) => condition switch
    {
        AllOf all => all.Parts.SelectMany(Calculations),
        AnyOf any => any.Parts.SelectMany(Calculations),
        Comparison { Subject: Calculation } or Comparison { Value: Calculation } => [condition],
        Between { Subject: Calculation } or Between { Minimum: Calculation } or Between { Maximum: Calculation } => [condition],
        MultipleOf => [condition],
        _ => [],
    };

    private static bool IsExact(Condition condition) => condition switch
    {
        Comparison comparison => IsExact(comparison.Subject) && IsExact(comparison.Value),
        Between between => IsExact(between.Subject) && IsExact(between.Minimum) && IsExact(between.Maximum),
        _ => true,
    };

    private static bool IsExact(Operand operand) => Factors(operand) <= MostFactors && Numbers(operand).All(n => Math.Abs(n) <= LargestFactor * LargestFactor);

    private static int Factors(Operand operand) => operand is not Calculation calculation ? 0
        : Factors(calculation.First) + Factors(calculation.Second) + (calculation.Kind is CalculationKind.Multiply or CalculationKind.Divide ? 1 : 0);

    private static IEnumerable<decimal> Numbers(Operand operand) => operand switch
    {
        NumberOperand number => [number.Value],
        Calculation calculation => Numbers(calculation.First).Concat(Numbers(calculation.Second)),
        _ => [],
    };
}
