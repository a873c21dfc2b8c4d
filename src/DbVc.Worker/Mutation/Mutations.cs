using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace DbVc.Worker;

/// <summary>The small changes that tests should notice: operators, bounds, constants, removed calls.</summary>
internal static class Mutations
{
    /// <summary>What an expression could be instead; negated conditions are made elsewhere, as they need no copy.</summary>
    public static IEnumerable<ExpressionSyntax> Of(ExpressionSyntax node, SemanticModel model) => node switch
    {
        BinaryExpressionSyntax binary => OfBinary(binary, model),
        LiteralExpressionSyntax literal => OfLiteral(literal),
        IsPatternExpressionSyntax test => OfPattern(test),
        InvocationExpressionSyntax call => WithoutCall(call, model),
        MemberAccessExpressionSyntax member => OfConstant(member, model),
        _ => [],
    };

    /// <summary>Whether an expression is a condition of its own that can be turned round; comparisons have their opposites in <see cref="Of"/>.</summary>
    public static bool CanBeNegated(ExpressionSyntax node, SemanticModel model) => node switch
    {
        InvocationExpressionSyntax or IsPatternExpressionSyntax => IsTruth(node, model),
        IdentifierNameSyntax or MemberAccessExpressionSyntax => IsCondition(node) && IsTruth(node, model),
        _ => false,
    };

    /// <summary>Statements that do something which would be missed: a call, an assignment, the way out of a method.</summary>
    public static bool CanBeLeftOut(StatementSyntax node, SemanticModel model) => node switch
    {
        ExpressionStatementSyntax { Expression: InvocationExpressionSyntax call } => !OnlyFreesMemory(call, model),
        ExpressionStatementSyntax { Expression: AssignmentExpressionSyntax } => true,
        ReturnStatementSyntax { Parent: IfStatementSyntax { Else: null } } => true,
        _ => false,
    };

    /// <summary>A declared variable cannot stand in two copies.</summary>
    public static bool Declares(SyntaxNode node) =>
        node.DescendantNodesAndSelf().Any(n => n is SingleVariableDesignationSyntax or DeclarationExpressionSyntax or AnonymousFunctionExpressionSyntax);

    /// <summary>
    /// The one equivalent mutant that is known by its kind: without <c>Scratch.Reset()</c> the memory that an operation works in grows from record to record,
    /// and every result stays the same. No test can see it, so it is no mutant.
    /// </summary>
    private static bool OnlyFreesMemory(InvocationExpressionSyntax call, SemanticModel model) =>
        model.GetSymbolInfo(call).Symbol is IMethodSymbol { Name: "Reset", ContainingType: { Name: "Scratch", ContainingNamespace.Name: "PipelineRuntime" } };

    private static IEnumerable<ExpressionSyntax> OfBinary(BinaryExpressionSyntax node, SemanticModel model)
    {
        SyntaxKind[] others = node.Kind() switch
        {
            SyntaxKind.LessThanExpression => [SyntaxKind.LessThanOrEqualExpression, SyntaxKind.GreaterThanOrEqualExpression],
            SyntaxKind.LessThanOrEqualExpression => [SyntaxKind.LessThanExpression, SyntaxKind.GreaterThanExpression],
            SyntaxKind.GreaterThanExpression => [SyntaxKind.GreaterThanOrEqualExpression, SyntaxKind.LessThanOrEqualExpression],
            SyntaxKind.GreaterThanOrEqualExpression => [SyntaxKind.GreaterThanExpression, SyntaxKind.LessThanExpression],
            SyntaxKind.EqualsExpression => [SyntaxKind.NotEqualsExpression],
            SyntaxKind.NotEqualsExpression => [SyntaxKind.EqualsExpression],
            SyntaxKind.LogicalAndExpression => [SyntaxKind.LogicalOrExpression],
            SyntaxKind.LogicalOrExpression => [SyntaxKind.LogicalAndExpression],
            SyntaxKind.AddExpression when model.GetTypeInfo(node).Type is { SpecialType: not SpecialType.System_String } => [SyntaxKind.SubtractExpression],
            SyntaxKind.SubtractExpression => [SyntaxKind.AddExpression],
            SyntaxKind.MultiplyExpression => [SyntaxKind.DivideExpression],
            SyntaxKind.DivideExpression or SyntaxKind.ModuloExpression => [SyntaxKind.MultiplyExpression],
            _ => [],
        };
        return others.Select(other => BinaryExpression(other, node.Left, OperatorOf(other).WithTriviaFrom(node.OperatorToken), node.Right));
    }

    private static SyntaxToken OperatorOf(SyntaxKind kind) => BinaryExpression(kind, IdentifierName("x"), IdentifierName("x")).OperatorToken;

    private static IEnumerable<ExpressionSyntax> OfLiteral(LiteralExpressionSyntax node)
    {
        switch (node.Kind())
        {
            case SyntaxKind.TrueLiteralExpression:
                return [LiteralExpression(SyntaxKind.FalseLiteralExpression)];
            case SyntaxKind.FalseLiteralExpression:
                return [LiteralExpression(SyntaxKind.TrueLiteralExpression)];
            case SyntaxKind.NumericLiteralExpression:
                return NextNumber(node.Token) is { } next ? [node.WithToken(next)] : [];
            case SyntaxKind.CharacterLiteralExpression:
                return [LiteralExpression(SyntaxKind.CharacterLiteralExpression, Literal((char)((char)node.Token.Value! + 1)))];
            case SyntaxKind.StringLiteralExpression:
                return [LiteralExpression(SyntaxKind.StringLiteralExpression, Literal(Another(node.Token.ValueText)))];
            case SyntaxKind.Utf8StringLiteralExpression:
                return [ParseExpression(Literal(Another(node.Token.ValueText)).Text + "u8")];
            default:
                return [];
        }
    }

    private static string Another(string text) => text.Length == 0 ? "x" : text + "x";

    /// <summary>The number after this one: one more, or for decimals one more in the last digit that is written.</summary>
    private static SyntaxToken? NextNumber(SyntaxToken token) => token.Value switch
    {
        int number when number < int.MaxValue => Literal(number + 1),
        long number when number < long.MaxValue => Literal(number + 1),
        double number when double.IsFinite(number) && number + 1 != number => Literal(number + 1),
        decimal number when number < decimal.MaxValue - 1 => Literal(number + new decimal(1, 0, 0, false, number.Scale)),
        _ => null,
    };

    /// <summary>The same test with one of its constants changed.</summary>
    private static IEnumerable<ExpressionSyntax> OfPattern(IsPatternExpressionSyntax node)
    {
        foreach (var literal in node.Pattern.DescendantNodesAndSelf().OfType<LiteralExpressionSyntax>()
            .Where(l => l.Parent is ConstantPatternSyntax or RelationalPatternSyntax or PrefixUnaryExpressionSyntax))
        {
            foreach (var other in OfLiteral(literal))
                yield return node.WithPattern(node.Pattern.ReplaceNode(literal, other));
        }
    }

    /// <summary>What a call was made of, where that has the type of what the call gives.</summary>
    private static IEnumerable<ExpressionSyntax> WithoutCall(InvocationExpressionSyntax node, SemanticModel model)
    {
        if (model.GetSymbolInfo(node).Symbol is not IMethodSymbol { ReturnsByRef: false, ReturnsByRefReadonly: false } method)
            yield break;
        ExpressionSyntax? inner = node.ArgumentList.Arguments is [{ RefKindKeyword.RawKind: 0 } first, ..] ? first.Expression : null;
        if (!method.IsStatic && node.Expression is MemberAccessExpressionSyntax member)
            inner = member.Expression;
        if (inner is not null && SymbolEqualityComparer.Default.Equals(model.GetTypeInfo(inner).Type, method.ReturnType) && !IsTruth(node, model))
            yield return ParenthesizedExpression(inner);
    }

    /// <summary>Another member of the same enumeration.</summary>
    private static IEnumerable<ExpressionSyntax> OfConstant(MemberAccessExpressionSyntax node, SemanticModel model)
    {
        if (model.GetSymbolInfo(node).Symbol is not IFieldSymbol { ContainingType.TypeKind: TypeKind.Enum, ConstantValue: { } value } field)
            yield break;
        var other = field.ContainingType.GetMembers().OfType<IFieldSymbol>().FirstOrDefault(f => f.ConstantValue is { } theirs && !theirs.Equals(value));
        if (other is not null)
            yield return node.WithName(IdentifierName(other.Name));
    }

    private static bool IsTruth(ExpressionSyntax node, SemanticModel model) => model.GetTypeInfo(node).Type?.SpecialType == SpecialType.System_Boolean;

    private static bool IsCondition(ExpressionSyntax node) => node.Parent is IfStatementSyntax or WhileStatementSyntax or PrefixUnaryExpressionSyntax
        || node.Parent is BinaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalAndExpression or (int)SyntaxKind.LogicalOrExpression }
        || (node.Parent is ConditionalExpressionSyntax choice && choice.Condition == node);

    /// <summary>For people: one line, single blanks.</summary>
    public static string Describe(SyntaxNode node) => string.Join(' ', node.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

}
