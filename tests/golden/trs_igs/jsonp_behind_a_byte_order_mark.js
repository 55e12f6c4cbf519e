





﻿



  
 

result({"num": 7, "nPage": 1, "data": [{"title": "样本通知...", "puburl": "http://www.trs-igs.example/zwgk/202012/t20201201_1.html", "MetaDataId": "1", "efectdate": "", "tip": {"title": "样本通知之1", "dates": "2020年12月01日", "filenum": "样发〔2020〕1号", "publisher": "样本局"}}, {"title": "样本通知...", "puburl": "http://www.trs-igs.example/zwgk/202012/t20201202_2.html", "MetaDataId": "2", "efectdate": "", "tip": {"title": "样本通知之2", "dates": "2020年12月02日", "filenum": "样发〔2020〕2号", "publisher": "样本局"}}, {"title": "样本通知...", "puburl": "http://www.trs-igs.example/zwgk/202012/t20201203_3.html", "MetaDataId": "3", "efectdate": "", "tip": {"title": "样本通知之3", "dates": "2020年12月03日", "filenum": "样发〔2020〕3号", "publisher": "样本局"}}]});
