using LeadSync.Hosting.Web;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Importing;

/// <summary>Pure: every fault that a pull mapping has.</summary>
public static class PullRules
{
    public static void Check(
        PullSetting pull,
        ConfigDocument document,
        ConfigSurroundings around,
        List<FieldFault> faults
    )
    {
        if (!around.Declared.Contains(pull.Source) && document.Sources.All(source => source.Name != pull.Source))
            faults.Add(
                new FieldFault(
                    SettingReader.Join(pull.Path, "source"),
                    $"'{pull.Source}' is no declared source",
                    "Declare the source that is to receive the records, under sources or with PUT /v1/sources/NAME."
                )
            );
        if (around.Find(pull.Connection) is not { } connection)
            faults.Add(around.Unknown(pull.Path));
        else if (!connection.MayPull)
            faults.Add(
                new FieldFault(
                    SettingReader.Join(pull.Path, "connection"),
                    $"'{connection.Name}' is connected for push only, and nothing is read from it",
                    "Use a connection whose direction is pull or both."
                )
            );
    }
}
