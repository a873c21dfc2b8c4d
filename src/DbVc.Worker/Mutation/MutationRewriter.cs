using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace DbVc.Worker;

/// <summary>
/// Puts all mutants of a file into it, each behind a switch of its own, so that one compilation holds them all. Lines stay where they are: a changed copy
/// stands on one line with what it was made of.
/// </summary>
internal sealed class MutationRewriter : CSharpSyntaxRewriter
{
    private readonly CodeTree _file;
    private readonly SemanticModel _model;
    private readonly MutantList _mutants;

    private MutationRewriter(CodeTree file, SemanticModel model, MutantList mutants) => (_file, _model, _mutants) = (file, model, mutants);

    /// <param name="whole">A compilation that holds the file, for the types of its expressions.</param>
    public static CodeTree Rewrite(CodeTree file, Compilation whole, MutantList mutants, CSharpParseOptions options)
    {
        var root = new MutationRewriter(file, whole.GetSemanticModel(file.Tree), mutants).Visit(file.Tree.GetRoot())!;
        return file with { Tree = CSharpSyntaxTree.Create((CSharpSyntaxNode)root, options, file.Tree.FilePath, System.Text.Encoding.UTF8) };
    }

    public override SyntaxNode? Visit(SyntaxNode? node)
    {
        // Constants of the language stay: what stands there is part of the compiler's work, and a switch is no constant.
        if (node is PatternSyntax or AttributeListSyntax or ParameterSyntax or SwitchLabelSyntax or EnumDeclarationSyntax)
            return node;
        if (node is FieldDeclarationSyntax field && field.Modifiers.Any(SyntaxKind.ConstKeyword) || node is LocalDeclarationStatementSyntax { IsConst: true })
            return node;
        var visited = base.Visit(node);
        return (node, visited) switch
        {
            (ExpressionSyntax before, ExpressionSyntax after) when CanSwitch(before) => Mutate(before, after),
            (StatementSyntax before, StatementSyntax after) when Mutations.CanBeLeftOut(before, _model) => LeaveOut(before, after),
            _ => visited,
        };
    }

    public override SyntaxNode? VisitClassDeclaration(ClassDeclarationSyntax node) =>
        ((ClassDeclarationSyntax)base.VisitClassDeclaration(node)!) is var visited ? visited.WithMembers(MakeAnew(node.Members, visited.Members)) : null;

    public override SyntaxNode? VisitStructDeclaration(StructDeclarationSyntax node) =>
        ((StructDeclarationSyntax)base.VisitStructDeclaration(node)!) is var visited ? visited.WithMembers(MakeAnew(node.Members, visited.Members)) : null;

    /// <summary>
    /// A static field is made once, before any mutant is active. One with mutants in it is joined by a property that makes it anew while one of them is.
    /// </summary>
    private static SyntaxList<MemberDeclarationSyntax> MakeAnew(SyntaxList<MemberDeclarationSyntax> before, SyntaxList<MemberDeclarationSyntax> after)
    {
        var members = new List<MemberDeclarationSyntax>(after.Count);
        for (var i = 0; i < after.Count; i++)
        {
            if (before[i] is FieldDeclarationSyntax { Declaration.Variables: [{ Initializer: { } original } variable] } field
                && field.Modifiers.Any(SyntaxKind.StaticKeyword)
                && after[i] is FieldDeclarationSyntax { Declaration.Variables: [{ Initializer: { } mutated }] }
                && Flatten(mutated.Value) is { } value && NumbersIn(value) is [var first, ..] numbers)
            {
                var kept = variable.Identifier.Text + "__kept";
                var switched = ParseExpression($"global::{ProbeList.TypeName}.In({first}, {numbers[^1]})");
                var body = ConditionalExpression(switched, value, IdentifierName(kept));
                members.Add(PropertyDeclaration(field.Declaration.Type.WithTrailingTrivia(Space), Identifier(variable.Identifier.Text))
                    .WithModifiers(TokenList(field.Modifiers.Where(m => !m.IsKind(SyntaxKind.ReadOnlyKeyword))))
                    .WithExpressionBody(ArrowExpressionClause(body)).WithSemicolonToken(Token(SyntaxKind.SemicolonToken))
                    .WithAdditionalAnnotations(new SyntaxAnnotation(MutantList.SwitchMark, "0")));
                var renamed = variable.WithIdentifier(Identifier(kept).WithTriviaFrom(variable.Identifier)).WithInitializer(original);
                members.Add(field.WithDeclaration(field.Declaration.WithVariables(SingletonSeparatedList(renamed))).WithLeadingTrivia(Space));
                continue;
            }
            members.Add(after[i]);
        }
        return List(members);
    }

    private static List<int> NumbersIn(SyntaxNode node) =>
    [
        .. node.DescendantNodesAndSelf().Where(n => n.HasAnnotations(MutantList.SwitchMark))
            .SelectMany(n => n.DescendantNodes().OfType<InvocationExpressionSyntax>()).Where(c => c.Expression.ToString() == Is)
            .Select(c => (int)((LiteralExpressionSyntax)c.ArgumentList.Arguments[0].Expression).Token.Value!).Distinct().Order(),
    ];

    private const string Is = $"global::{ProbeList.TypeName}.Is";

    private bool CanSwitch(ExpressionSyntax node) => node.Parent switch
    {
        ExpressionStatementSyntax => false,
        ArgumentSyntax argument => argument.RefKindKeyword.IsKind(SyntaxKind.None) && !IsNameOf(argument),
        AssignmentExpressionSyntax assignment => assignment.Right == node,
        WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax => node is not LiteralExpressionSyntax,
        RefExpressionSyntax or NameColonSyntax or NameEqualsSyntax => false,
        _ => true,
    };

    private static bool IsNameOf(ArgumentSyntax argument) =>
        argument.Parent?.Parent is InvocationExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: "nameof" } };

    private ExpressionSyntax Mutate(ExpressionSyntax before, ExpressionSyntax after)
    {
        if (Mutations.Declares(before))
            return after;
        foreach (var other in Mutations.Of(before, _model))
        {
            if (Flatten(other) is { } flat && Add(before, Mutations.Describe(other)) is { } mutant)
                after = Switch(mutant, ConditionalExpression(Active(mutant.Number), flat, after.WithoutTrivia()), after);
        }
        if (Mutations.CanBeNegated(before, _model) && Add(before, $"not ({Mutations.Describe(before)})") is { } negated)
        {
            var inBrackets = ParenthesizedExpression(after.WithoutTrivia());
            after = Switch(negated, BinaryExpression(SyntaxKind.ExclusiveOrExpression, inBrackets, Active(negated.Number)), after);
        }
        return after;
    }

    private (int Number, SyntaxAnnotation Mark)? Add(SyntaxNode before, string after) =>
        _mutants.Add(_file.Number, before.GetLocation().GetLineSpan().StartLinePosition.Line + 1, Mutations.Describe(before), after);

    private static ParenthesizedExpressionSyntax Switch((int Number, SyntaxAnnotation Mark) mutant, ExpressionSyntax either, ExpressionSyntax place) =>
        ParenthesizedExpression(either).WithTriviaFrom(place).WithAdditionalAnnotations(mutant.Mark);

    private StatementSyntax LeaveOut(StatementSyntax before, StatementSyntax after)
    {
        if (Mutations.Declares(before) || Add(before, "nothing") is not { } mutant)
            return after;
        var isOff = PrefixUnaryExpression(SyntaxKind.LogicalNotExpression, Active(mutant.Number));
        return IfStatement(isOff, after.WithoutTrivia()).WithTriviaFrom(after).WithAdditionalAnnotations(mutant.Mark);
    }

    private static ExpressionSyntax Active(int number) => ParseExpression($"{Is}({number})");

    /// <summary>The same on one line, without comments; null where a text goes over lines.</summary>
    private static ExpressionSyntax? Flatten(ExpressionSyntax node)
    {
        var flat = node.ReplaceTrivia(node.DescendantTrivia(), (trivia, _) => trivia.IsKind(SyntaxKind.WhitespaceTrivia) ? trivia : Space).WithoutTrivia();
        return flat.ToFullString().Contains('\n') ? null : flat;
    }
}
