using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace DbVc.Worker;

/// <summary>
/// Puts a probe before every statement and at every outcome of a branch. Probes stand on the line of what they watch, so line numbers stay.
/// </summary>
internal sealed class CoverageRewriter : CSharpSyntaxRewriter
{
    private readonly CodeTree _file;
    private readonly ProbeList _probes;
    private readonly bool _withBranches;

    private CoverageRewriter(CodeTree file, ProbeList probes, bool withBranches) => (_file, _probes, _withBranches) = (file, probes, withBranches);

    public static SyntaxTree Rewrite(CodeTree file, ProbeList probes, bool withBranches, CSharpParseOptions options)
    {
        var root = new CoverageRewriter(file, probes, withBranches).Visit(file.Tree.GetRoot());
        return CSharpSyntaxTree.Create((CSharpSyntaxNode)root, options, file.Tree.FilePath, System.Text.Encoding.UTF8);
    }

    // Every node is visited once only: a second visit would leave probes behind that nothing can hit.
    public override SyntaxNode? VisitBlock(BlockSyntax node) => node.WithStatements(WithProbes(node.Statements));

    public override SyntaxNode? VisitSwitchSection(SwitchSectionSyntax node)
    {
        var statements = WithProbes(node.Statements);
        if (_withBranches)
            statements = statements.Insert(0, ProbeStatement(node, isBranch: true));
        return node.WithLabels(VisitList(node.Labels)).WithStatements(statements);
    }

    public override SyntaxNode? VisitIfStatement(IfStatementSyntax node)
    {
        if (node.HasAnnotations(MutantList.SwitchMark))
            return node.WithStatement((StatementSyntax)Visit(node.Statement));
        var visited = node.WithCondition((ExpressionSyntax)Visit(node.Condition));
        if (!_withBranches)
            return visited.WithStatement(Body(node.Statement)).WithElse(node.Else is null ? null : node.Else.WithStatement(Body(node.Else.Statement)));
        var taken = Body(node.Statement, ProbeStatement(node, isBranch: true));
        var notTaken = ProbeStatement(node, isBranch: true);
        var otherwise = node.Else is null
            ? ElseClause(Token(default, SyntaxKind.ElseKeyword, TriviaList(Space)), Block(notTaken))
            : node.Else.WithStatement(Body(node.Else.Statement, notTaken));
        return visited.WithStatement(taken).WithElse(otherwise);
    }

    public override SyntaxNode? VisitWhileStatement(WhileStatementSyntax node) =>
        node.WithCondition(Outcome(node.Condition)).WithStatement(Body(node.Statement, SpinStatement()));

    public override SyntaxNode? VisitDoStatement(DoStatementSyntax node) =>
        node.WithCondition(Outcome(node.Condition)).WithStatement(Body(node.Statement, SpinStatement()));

    public override SyntaxNode? VisitForStatement(ForStatementSyntax node) =>
        node.WithCondition(node.Condition is null ? null : Outcome(node.Condition)).WithStatement(Body(node.Statement, SpinStatement()));

    public override SyntaxNode? VisitForEachStatement(ForEachStatementSyntax node) =>
        node.WithExpression((ExpressionSyntax)Visit(node.Expression)).WithStatement(Body(node.Statement, SpinStatement()));

    public override SyntaxNode? VisitUsingStatement(UsingStatementSyntax node) =>
        node.WithDeclaration((VariableDeclarationSyntax?)Visit(node.Declaration))
            .WithExpression((ExpressionSyntax?)Visit(node.Expression)).WithStatement(Body(node.Statement));

    /// <summary>In a mutant's switch only the code itself is watched.</summary>
    public override SyntaxNode? VisitParenthesizedExpression(ParenthesizedExpressionSyntax node) => !node.HasAnnotations(MutantList.SwitchMark)
        ? base.VisitParenthesizedExpression(node)
        : node.WithExpression(node.Expression switch
        {
            ConditionalExpressionSyntax choice => choice.WithWhenFalse((ExpressionSyntax)Visit(choice.WhenFalse)),
            BinaryExpressionSyntax negation => negation.WithLeft((ExpressionSyntax)Visit(negation.Left)),
            var other => other,
        });

    public override SyntaxNode? VisitConditionalExpression(ConditionalExpressionSyntax node) =>
        node.WithCondition(Outcome(node.Condition)).WithWhenTrue((ExpressionSyntax)Visit(node.WhenTrue)).WithWhenFalse((ExpressionSyntax)Visit(node.WhenFalse));

    public override SyntaxNode? VisitBinaryExpression(BinaryExpressionSyntax node) =>
        node.IsKind(SyntaxKind.LogicalAndExpression) || node.IsKind(SyntaxKind.LogicalOrExpression)
            ? node.WithLeft(Outcome(node.Left)).WithRight((ExpressionSyntax)Visit(node.Right))
            : base.VisitBinaryExpression(node);

    public override SyntaxNode? VisitSwitchExpressionArm(SwitchExpressionArmSyntax node)
    {
        var visited = (SwitchExpressionArmSyntax)base.VisitSwitchExpressionArm(node)!;
        if (!_withBranches)
            return visited;
        ExpressionSyntax arm = ParseExpression($"global::{ProbeList.TypeName}.Arm({_probes.Add(_file.Number, LineOf(node), true)})");
        if (visited.WhenClause is { } when)
            arm = BinaryExpression(SyntaxKind.LogicalAndExpression, ParenthesizedExpression(when.Condition), Token(SyntaxKind.AmpersandAmpersandToken), arm);
        return visited.WithWhenClause(WhenClause(Token(TriviaList(Space), SyntaxKind.WhenKeyword, TriviaList(Space)), arm.WithTrailingTrivia(Space)));
    }

    public override SyntaxNode? VisitMethodDeclaration(MethodDeclarationSyntax node) => node.ExpressionBody is null
        ? base.VisitMethodDeclaration(node)
        : node.WithExpressionBody(null).WithSemicolonToken(default).WithBody(ArrowBody(node.ExpressionBody, node.SemicolonToken, IsVoid(node.ReturnType)));

    public override SyntaxNode? VisitLocalFunctionStatement(LocalFunctionStatementSyntax node) => node.ExpressionBody is null
        ? base.VisitLocalFunctionStatement(node)
        : node.WithExpressionBody(null).WithSemicolonToken(default).WithBody(ArrowBody(node.ExpressionBody, node.SemicolonToken, IsVoid(node.ReturnType)));

    public override SyntaxNode? VisitConstructorDeclaration(ConstructorDeclarationSyntax node) => node.ExpressionBody is null
        ? base.VisitConstructorDeclaration(node)
        : node.WithExpressionBody(null).WithSemicolonToken(default).WithBody(ArrowBody(node.ExpressionBody, node.SemicolonToken, isVoid: true));

    public override SyntaxNode? VisitOperatorDeclaration(OperatorDeclarationSyntax node) => node.ExpressionBody is null
        ? base.VisitOperatorDeclaration(node)
        : node.WithExpressionBody(null).WithSemicolonToken(default).WithBody(ArrowBody(node.ExpressionBody, node.SemicolonToken, isVoid: false));

    public override SyntaxNode? VisitAccessorDeclaration(AccessorDeclarationSyntax node) => node.ExpressionBody is null
        ? base.VisitAccessorDeclaration(node)
        : node.WithExpressionBody(null).WithSemicolonToken(default).WithBody(
            ArrowBody(node.ExpressionBody, node.SemicolonToken, !node.IsKind(SyntaxKind.GetAccessorDeclaration)));

    public override SyntaxNode? VisitPropertyDeclaration(PropertyDeclarationSyntax node)
    {
        if (node.HasAnnotations(MutantList.SwitchMark))
            return node;
        if (node.ExpressionBody is null)
            return base.VisitPropertyDeclaration(node);
        var getter = AccessorDeclaration(SyntaxKind.GetAccessorDeclaration, ArrowBody(node.ExpressionBody, node.SemicolonToken, isVoid: false));
        return node.WithExpressionBody(null).WithSemicolonToken(default).WithAccessorList(AccessorList(SingletonList(getter)));
    }

    /// <summary>Attributes and constants must stay as they are.</summary>
    public override SyntaxNode? VisitAttributeList(AttributeListSyntax node) => node;

    public override SyntaxNode? VisitFieldDeclaration(FieldDeclarationSyntax node) =>
        node.Modifiers.Any(SyntaxKind.ConstKeyword) ? node : base.VisitFieldDeclaration(node);

    public override SyntaxNode? VisitLocalDeclarationStatement(LocalDeclarationStatementSyntax node) =>
        node.IsConst ? node : base.VisitLocalDeclarationStatement(node);

    public override SyntaxNode? VisitParameter(ParameterSyntax node) => node;

    public override SyntaxNode? VisitCaseSwitchLabel(CaseSwitchLabelSyntax node) => node;

    public override SyntaxNode? VisitEnumDeclaration(EnumDeclarationSyntax node) => node;

    private SyntaxList<StatementSyntax> WithProbes(SyntaxList<StatementSyntax> statements)
    {
        var result = new List<StatementSyntax>(statements.Count * 2);
        foreach (var statement in statements)
        {
            var visited = (StatementSyntax)Visit(statement);
            if (statement is LocalFunctionStatementSyntax or EmptyStatementSyntax or BlockSyntax)
            {
                result.Add(visited);
                continue;
            }
            result.Add(ProbeStatement(statement, isBranch: false).WithLeadingTrivia(visited.GetLeadingTrivia()));
            result.Add(visited.WithLeadingTrivia(Space));
        }
        return List(result);
    }

    /// <summary>An embedded statement as a block with probes, so that each has a place.</summary>
    private BlockSyntax Body(StatementSyntax statement, params ReadOnlySpan<StatementSyntax> first)
    {
        var block = statement is BlockSyntax already
            ? (BlockSyntax)VisitBlock(already)!
            : Block(Token(SyntaxKind.OpenBraceToken), WithProbes(SingletonList(statement)), Token(SyntaxKind.CloseBraceToken));
        return block.WithStatements(block.Statements.InsertRange(0, first.ToArray()));
    }

    private BlockSyntax ArrowBody(ArrowExpressionClauseSyntax arrow, SyntaxToken semicolon, bool isVoid)
    {
        var expression = (ExpressionSyntax)Visit(arrow.Expression);
        StatementSyntax statement = expression switch
        {
            ThrowExpressionSyntax thrown => ThrowStatement(thrown.ThrowKeyword, thrown.Expression, Token(SyntaxKind.SemicolonToken)),
            _ when isVoid => ExpressionStatement(expression),
            _ => ReturnStatement(Token(TriviaList(), SyntaxKind.ReturnKeyword, TriviaList(Space)), expression, Token(SyntaxKind.SemicolonToken)),
        };
        var open = Token(arrow.ArrowToken.LeadingTrivia.AddRange(arrow.ArrowToken.TrailingTrivia), SyntaxKind.OpenBraceToken, default);
        return Block(open, List([ProbeStatement(arrow.Expression, isBranch: false), statement]),
            Token(default, SyntaxKind.CloseBraceToken, semicolon.TrailingTrivia));
    }

    /// <summary>
    /// Watches both outcomes of a condition. Left alone: constants, and conditions that declare or assign variables, since those must stay
    /// visible to the compiler's flow analysis.
    /// </summary>
    private ExpressionSyntax Outcome(ExpressionSyntax condition)
    {
        var visited = (ExpressionSyntax)Visit(condition);
        if (!_withBranches || condition is LiteralExpressionSyntax || condition.DescendantNodesAndSelf().Any(AssignsVariable))
            return visited;
        var line = LineOf(condition);
        var probe = _probes.Add(_file.Number, line, true);
        _probes.Add(_file.Number, line, true);
        var call = ParseExpression($"global::{ProbeList.TypeName}.Branch({probe}, x)");
        return call.ReplaceNode(call.DescendantNodes().OfType<IdentifierNameSyntax>().Last(), visited.WithoutTrivia()).WithTriviaFrom(visited);
    }

    private static bool AssignsVariable(SyntaxNode node) => node is SingleVariableDesignationSyntax or DeclarationExpressionSyntax
        || node is ArgumentSyntax argument && argument.RefKindKeyword.IsKind(SyntaxKind.OutKeyword)
        || node is AssignmentExpressionSyntax;

    private StatementSyntax ProbeStatement(SyntaxNode node, bool isBranch) =>
        ParseStatement($"global::{ProbeList.TypeName}.Line({_probes.Add(_file.Number, LineOf(node), isBranch)});");

    private static StatementSyntax SpinStatement() => ParseStatement($"global::{ProbeList.TypeName}.Spin();");

    private static int LineOf(SyntaxNode node) => node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;

    private static bool IsVoid(TypeSyntax type) => type is PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.VoidKeyword };
}
