using System.Reflection;
using System.Text;

namespace LeadSync.Hosting.Tests.Data;

/// <summary>Stands in for a service's assembly: embeds the migrations that a test writes.</summary>
internal sealed class AssemblyWithMigrations(params (string Name, string Sql)[] migrations) : Assembly
{
    private const string Folder = "LeadSync.Trial.Migrations.";

    public override string[] GetManifestResourceNames() => [.. migrations.Select(migration => Folder + migration.Name)];

    public override Stream? GetManifestResourceStream(string name) =>
        new MemoryStream(Encoding.UTF8.GetBytes(migrations.Single(migration => Folder + migration.Name == name).Sql));
}
